import { expect, test, vi } from 'vitest'
import type { Page, TaskRow } from '@/api/types'
import type { Loaded } from '@/features/tasks/live-list'
import { lookAgain } from '@/features/tasks/look-again'

const row = (id: string) => ({ id, status: 'completed' }) as TaskRow
const page = (ids: string[], next: string | null = null): Page<TaskRow> => ({ items: ids.map(row), next, total: ids.length, total_is_exact: true })
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `t${from + at}`)
const list: Loaded = { pages: [page(ids(0, 50), 'c1'), page(ids(50, 100), 'c2')], pageParams: ['', 'c1'] }

const server = (top: string[], gone: string[] = []) => ({
  top: vi.fn(() => Promise.resolve(page(top, 'c1'))),
  named: vi.fn((wanted: string[]) => Promise.resolve(wanted.filter((id) => !gone.includes(id)).map(row))),
})

test('changed rows are asked for by their ids beside the top, those of other lists not at all', async () => {
  const ask = server(ids(0, 50))
  const seen = await lookAgain(list, new Set(['t3', 't60', 'unknown']), ask)
  expect(ask.top).toHaveBeenCalledTimes(1)
  expect(ask.named.mock.calls).toEqual([[['t3', 't60']]])
  expect(seen.rows.map((each) => each.id)).toContain('t60')
  expect(seen.gone.size).toBe(0)
})

test('what the server does not name any more is gone, and only that', async () => {
  const seen = await lookAgain(list, new Set(['t3', 't99']), server(ids(0, 50), ['t99']))
  expect([...seen.gone]).toEqual(['t99'])
  const after = await lookAgain(list, 'all', server(ids(0, 50), ['t98', 't99']))
  expect([...after.gone]).toEqual(['t98', 't99'])
  expect(after.rows).toHaveLength(98)
})

test('nothing is asked by ids where nothing of the list changed', async () => {
  const ask = server(['new'])
  await lookAgain(list, new Set(['elsewhere']), ask)
  expect(ask.named).not.toHaveBeenCalled()
})

test('however much changed, the questions stay few, and what was not asked for is not gone', async () => {
  const ask = server(['new'])
  const long: Loaded = { pages: Array.from({ length: 40 }, (_, at) => page(ids(at * 50, at * 50 + 50))), pageParams: Array.from({ length: 40 }, (_, at) => `c${at}`) }
  const seen = await lookAgain(long, 'all', ask)
  expect(ask.named.mock.calls.map(([wanted]) => wanted.length)).toEqual(Array.from({ length: 10 }, () => 100))
  expect(seen.gone.size).toBe(0)
})
