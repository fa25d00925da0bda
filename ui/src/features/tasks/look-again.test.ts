import { expect, test, vi } from 'vitest'
import type { Page, TaskRow } from '@/api/types'
import type { Loaded } from '@/features/tasks/live-list'
import { lookAgain } from '@/features/tasks/look-again'

const row = (id: string) => ({ id, status: 'completed' }) as TaskRow
const page = (ids: string[], next: string | null = null): Page<TaskRow> => ({ items: ids.map(row), next, total: ids.length, total_is_exact: true })
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `t${from + at}`)
const list: Loaded = { pages: [page(ids(0, 50), 'c1'), page(ids(50, 100), 'c2')], pageParams: ['', 'c1'] }

const server = (top: string[]) => ({
  page: vi.fn((cursor: string | null) => Promise.resolve(cursor === 'c1' ? page(ids(50, 99)) : page(top, 'c1'))),
  one: vi.fn((id: string) => Promise.resolve(id === 't99' ? null : row(id))),
})

test('a few changed rows are asked for one by one beside the top, those of other lists not at all', async () => {
  const ask = server(ids(0, 50))
  const seen = await lookAgain(list, new Set(['t3', 't60', 'unknown']), ask)
  expect(ask.page).toHaveBeenCalledTimes(1)
  expect(ask.one.mock.calls).toEqual([['t3'], ['t60']])
  expect(seen.rows.map((each) => each.id)).toContain('t60')
})

test('many are asked for by the pages they came with, and only what left those is asked for by itself', async () => {
  const ask = server(ids(0, 50))
  const seen = await lookAgain(list, 'all', ask)
  expect(ask.page.mock.calls).toEqual([[null], ['c1']])
  expect(ask.one.mock.calls).toEqual([['t99']])
  expect([...seen.gone]).toEqual(['t99'])
  expect(seen.rows).toHaveLength(99)
})

test('however much changed, the questions stay few', async () => {
  const ask = { page: vi.fn(() => Promise.resolve(page(['new']))), one: vi.fn((id: string) => Promise.resolve(row(id))) }
  const long: Loaded = { pages: Array.from({ length: 40 }, (_, at) => page(ids(at * 50, at * 50 + 50))), pageParams: Array.from({ length: 40 }, (_, at) => `c${at}`) }
  await lookAgain(long, 'all', ask)
  expect(ask.page.mock.calls.length + ask.one.mock.calls.length).toBeLessThanOrEqual(35)
})
