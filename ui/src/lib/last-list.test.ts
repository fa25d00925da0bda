import { expect, test } from 'vitest'
import { behindInList, noteList } from '@/lib/last-list'

test('what comes behind a task is told in the order of its list, up to fifty', () => {
  noteList(Array.from({ length: 80 }, (_, n) => `task ${n}`))
  expect(behindInList('task 2').slice(0, 2)).toEqual(['task 3', 'task 4'])
  expect(behindInList('task 2')).toHaveLength(50)
  expect(behindInList('task 79')).toEqual([])
  expect(behindInList('another')).toEqual([])
})
