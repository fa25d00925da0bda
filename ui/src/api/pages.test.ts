// Lists that go on after the first page.
import { expect, test } from 'vitest'
import { whole } from '@/api/pages'

const PAGES: Record<string, { items: number[]; next: string | null }> = {
  '': { items: [5, 4], next: 'after 4' },
  'after 4': { items: [3, 2], next: 'after 2' },
  'after 2': { items: [1], next: null },
}

test('a list is followed to its last page', async () => {
  const asked: (string | undefined)[] = []
  const list = await whole<number>(async ({ cursor }) => {
    asked.push(cursor)
    return { ...(PAGES[cursor ?? ''] ?? { items: [], next: null }), total: 5, total_is_exact: true }
  })
  expect(list.items).toEqual([5, 4, 3, 2, 1])
  expect(list).toMatchObject({ next: null, total: 5 })
  expect(asked).toEqual([undefined, 'after 4', 'after 2'])
})
