import { expect, test } from 'vitest'
import { exampleCsv, exampleJsonl } from '@/features/uploads/examples'
import { answerInCell, columnOf, meaningOf } from '@/features/uploads/fields'

test('a field is told in words', () => {
  expect(meaningOf({ type: 'number', minimum: 0 })).toBe('a number from 0')
  expect(meaningOf({ enum: ['north', 'south'] })).toBe('one of north, south')
  expect(meaningOf({ type: 'string', 'x-kind': 'image', description: 'The photo' })).toBe('The photo (a picture: the id of an uploaded file, or its path in the ZIP)')
  expect(meaningOf({ type: ['string', 'null'] })).toBe('text or nothing')
  expect(meaningOf({})).toBe('any value')
})

test('an example row can be uploaded as it is', () => {
  expect(exampleCsv({ example: { note: 'say "x", twice', tags: ['a'], n: null }, prefills: [] })).toBe('note,tags,n,external_id\n"say ""x"", twice","[""a""]",,row-1\n')
  expect(JSON.parse(exampleJsonl({ example: { a: 1 }, prefills: [] }))).toEqual({ input: { a: 1 }, external_id: 'row-1' })
})

test('an example row brings the answers along that can be made up', () => {
  const prefills = [{ step: 'label', columns: ['answer.label'], example: { labels: ['x'] } }, { step: 'other', columns: [], example: null }]
  expect(exampleCsv({ example: { a: 1 }, prefills })).toBe('a,external_id,answer.label\n1,row-1,"{""labels"":[""x""]}"\n')
  expect(JSON.parse(exampleJsonl({ example: { a: 1 }, prefills }))).toEqual({ input: { a: 1 }, external_id: 'row-1', answers: { label: { labels: ['x'] } } })
})

test('what is wrong with an answer stands in the column of its step', () => {
  expect(['answers.label.labels[0]', 'answer.label', 'answer.draw.regions[0].box', 'amount', 'tags[1]', null].map(columnOf)).toEqual(['answer.label', 'answer.label', 'answer.draw', 'amount', 'tags', ''])
})

test('an answer is told in a cell', () => {
  expect(answerInCell({ labels: ['a', 'b'] })).toBe('a, b')
  expect(answerInCell({ part: 'lid', urgent: true })).toBe('part: lid, urgent: true')
  expect(answerInCell({ regions: [{ label: 'x' }, { label: 'y' }] })).toBe('2 regions')
  expect(answerInCell({ text: 'Hi', lines: [{ text: 'Hi' }] })).toBe('text: Hi, 1 line')
  expect(answerInCell({ text: 'Hi', lines: [] })).toBe('Hi')
})
