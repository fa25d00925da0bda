// JSON without a rounded digit.
import { expect, it } from 'vitest'
import { exactOf, fieldOf, hasRounded, readExact, unrounded, written } from '@/lib/exact-json'

it('keeps digits that a number of the browser could not hold', () => {
  const text = '{"id":12345678901234567890,"small":0.10,"huge":1e400}'
  expect(written(readExact(text))).toBe('{\n  "id": 12345678901234567890,\n  "small": 0.10,\n  "huge": 1e400\n}')
})

it('says the same as JSON for everything else', () => {
  const value = { a: [1, -2.5, 'q"\\\u0001\n', null, true], 'b c': {}, d: [], e: [{ f: 'ü' }] }
  expect(JSON.parse(written(exactOf(value)))).toEqual(value)
})

it('keeps a short list of plain values on one line', () => {
  expect(written(exactOf({ box: [1, 2, 3, 4] }))).toBe('{\n  "box": [1, 2, 3, 4]\n}')
})

it('refuses what is no JSON', () => {
  for (const text of ['{', '[1,]', '{"a" 1}', '1 2', '']) expect(() => readExact(text)).toThrow(SyntaxError)
})

it('reads a long text without falling over', () => {
  const text = JSON.stringify({ text: 'x"\\'.repeat(300_000) })
  expect(written(fieldOf(readExact(text), 'text') ?? exactOf(null)).length).toBeGreaterThan(900_000)
})

it('puts the written digits in the place of rounded ones', () => {
  const text = '{"rows":[{"id":12345678901234567890,"n":2}]}'
  const parsed: unknown = JSON.parse(text)
  expect(hasRounded(parsed)).toBe(true)
  expect(unrounded(parsed, readExact(text))).toEqual({ rows: [{ id: '12345678901234567890', n: 2 }] })
})
