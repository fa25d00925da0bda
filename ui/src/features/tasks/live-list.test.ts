import { expect, test } from 'vitest'
import type { Page, TaskRow } from '@/api/types'
import { type Loaded, changeInPlace, newAtTop, withTotal } from '@/features/tasks/live-list'

const row = (id: string, status: TaskRow['status'] = 'queued') => ({ id, status }) as TaskRow
const page = (ids: string[], next: string | null = null, total = ids.length): Page<TaskRow> => ({ items: ids.map((id) => row(id)), next, total, total_is_exact: true })
const list: Loaded = { pages: [page(['a', 'b'], 'n'), page(['c'])], pageParams: ['', 'n'] }
const ids = (loaded: Loaded) => loaded.pages.map((each) => each.items.map((item) => item.id))

test('a changed row changes where it stands, and nothing moves', () => {
  const changed = changeInPlace(list, [row('c', 'completed'), row('x')])
  expect(ids(changed)).toEqual([['a', 'b'], ['c']])
  expect(changed.pages[1]?.items[0]?.status).toBe('completed')
})

test('a page that nothing touched stays the same object, so that its rows are not drawn again', () => {
  expect(changeInPlace(list, [row('c', 'failed')]).pages[0]).toBe(list.pages[0])
})

test('a deleted row goes', () => {
  expect(ids(changeInPlace(list, [], new Set(['b'])))).toEqual([['a'], ['c']])
})

test('only rows that are not loaded count as new', () => {
  expect(newAtTop(list, page(['x', 'y', 'a'], 'n'))).toEqual({ count: 2, more: false })
  expect(newAtTop(list, page(['a', 'c']))).toEqual({ count: 0, more: false })
})

test('when the whole first page is new there may be more', () => {
  expect(newAtTop(list, page(['x', 'y'], 'n'))).toEqual({ count: 2, more: true })
})

test('the total follows the server', () => {
  expect(withTotal(list, page(['x'], null, 77)).pages[0]?.total).toBe(77)
})
