import { expect, test } from 'vitest'
import { type Command, matching } from '@/design/CommandPalette'

const command = (title: string, also = '', group = 'Go to'): Command => ({ id: title, title, also, group, run: () => undefined })
const all = [command('Tasks', 'list'), command('Uploads', 'csv import'), command('Tasks of Receipts', '', 'Projects'), command('Settings', 'task theme')]
const titles = (typed: string) => matching(all, typed).map((each) => each.title)

test('nothing typed offers everything in its order', () => expect(titles('')).toHaveLength(4))
test('every word has to be there, in any order', () => {
  expect(titles('receipts tasks')).toEqual(['Tasks of Receipts'])
  expect(titles('tasks nowhere')).toEqual([])
})
test('a beginning comes before a middle, a title before other words', () => expect(titles('task')).toEqual(['Tasks', 'Tasks of Receipts', 'Settings']))
test('other words lead there too', () => expect(titles('import')).toEqual(['Uploads']))
