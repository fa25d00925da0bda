import { expect, test } from 'vitest'
import { exampleCsv, exampleJsonl } from '@/features/uploads/examples'
import { meaningOf } from '@/features/uploads/fields'

test('a field is told in words', () => {
  expect(meaningOf({ type: 'number', minimum: 0 })).toBe('a number from 0')
  expect(meaningOf({ enum: ['north', 'south'] })).toBe('one of north, south')
  expect(meaningOf({ type: 'string', 'x-kind': 'image', description: 'The photo' })).toBe('The photo (a picture: the id of an uploaded file, or its path in the ZIP)')
  expect(meaningOf({ type: ['string', 'null'] })).toBe('text or nothing')
  expect(meaningOf({})).toBe('any value')
})

test('an example row can be uploaded as it is', () => {
  expect(exampleCsv({ note: 'say "x", twice', tags: ['a'], n: null })).toBe('note,tags,n,external_id\n"say ""x"", twice","[""a""]",,row-1\n')
  expect(JSON.parse(exampleJsonl({ a: 1 }))).toEqual({ input: { a: 1 }, external_id: 'row-1' })
})
