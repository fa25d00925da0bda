import { expect, test } from 'vitest'
import { beside } from '@/design/place'

const window = { width: 1000, height: 800 }
const wants = { side: 'below', align: 'start', gap: 4 } as const
const at = (left: number, top: number) => ({ left, top, right: left + 100, bottom: top + 30 })

test('below, where there is room', () => expect(beside(at(50, 100), { width: 200, height: 300 }, window, wants)).toEqual({ left: 50, top: 134 }))
test('above, where there is none below', () => expect(beside(at(50, 700), { width: 200, height: 300 }, window, wants)).toEqual({ left: 50, top: 396 }))
test('never over the edge of the window', () => {
  expect(beside(at(950, 100), { width: 200, height: 100 }, window, wants).left).toBe(792)
  expect(beside(at(0, 100), { width: 200, height: 100 }, window, { ...wants, align: 'center' }).left).toBe(8)
})
test('too tall for either side, it stays on the wished one and inside', () => expect(beside(at(50, 400), { width: 200, height: 780 }, window, wants).top).toBe(12))
