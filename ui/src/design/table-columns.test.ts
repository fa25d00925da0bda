import { expect, test } from 'vitest'
import { fitting, nextOrder } from '@/design/table-columns'

const column = (id: string, width: number, rank?: number) => ({ id, head: id, width, rank, cell: () => null })
const idsAt = (width: number) => fitting([column('a', 100), column('b', 100, 1), column('c', 100, 2)], width).map(({ id }) => id)

test('what matters least goes first where there is no room, and what has no rank stays', () => {
  expect([300, 299, 199, 50].map(idsAt)).toEqual([['a', 'b', 'c'], ['a', 'b'], ['a'], ['a']])
})

test('a click on a head goes one way, the other way, and back to the usual order', () => {
  const date = { sort: 'created_at' }
  expect([nextOrder(date, 'priority'), nextOrder(date, '-created_at'), nextOrder(date, 'created_at')]).toEqual(['-created_at', 'created_at', undefined])
  const name = { sort: 'project', first: 'up' as const }
  expect([nextOrder(name, undefined), nextOrder(name, 'project'), nextOrder(name, '-project')]).toEqual(['project', '-project', undefined])
})
