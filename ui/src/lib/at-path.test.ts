// Values by their path.
import { expect, it } from 'vitest'
import { isSame, placeOf, valueAt, withValue } from '@/lib/at-path'

it('writes a path as the server does', () => {
  expect(placeOf(['lines', 3, 'box', 0])).toBe('lines[3].box[0]')
  expect(placeOf([])).toBe('')
})

it('changes one value and keeps the others as they are', () => {
  const before = { a: { b: 1, c: 2 }, list: [{ x: 1 }, { x: 2 }] }
  expect(withValue(before, ['list', 1, 'x'], 9)).toEqual({ a: { b: 1, c: 2 }, list: [{ x: 1 }, { x: 9 }] })
  expect((withValue(before, ['a', 'b'], 5) as typeof before).list).toBe(before.list)
  expect(before.list[1]?.x).toBe(2)
})

it('makes what is missing on the way, and takes a field away for undefined', () => {
  expect(withValue({}, ['address', 'city'], 'Rome')).toEqual({ address: { city: 'Rome' } })
  expect(withValue({ a: 1, b: 2 }, ['a'], undefined)).toEqual({ b: 2 })
})

it('finds nothing where there is nothing', () => {
  expect(valueAt({ a: null }, ['a', 'b', 0])).toBeUndefined()
})

it('compares by what is said', () => {
  expect(isSame({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true)
  expect(isSame({ a: 1 }, { a: 1, b: undefined })).toBe(false)
  expect(isSame([], {})).toBe(false)
})
