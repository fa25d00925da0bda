import { expect, test } from 'vitest'
import { formatOf, namesIn } from '@/lib/file-head'

test('the delimiter under which most names are known is the one', () => {
  expect(namesIn('photo;note,or;amount\n1;2;3', 'csv', ['photo', 'amount'])).toEqual(['photo', 'note,or', 'amount'])
})
test('a name in quotes may hold the delimiter and quotes', () => {
  expect(namesIn('"a,b","say ""x""",c\r\n', 'csv', [])).toEqual(['a,b', 'say "x"', 'c'])
})
test('a mark at the beginning of the file is no part of the first name', () => {
  expect(namesIn('\uFEFFphoto,note\n', 'csv', [])).toEqual(['photo', 'note'])
})
test('an envelope counts its input and what stands beside it', () => {
  expect(namesIn('{"input":{"photo":"a"},"priority":1}\n', 'jsonl', [])).toEqual(['photo', 'priority'])
})
test('the first object of a list tells, with braces inside its text', () => {
  expect(namesIn('[\n {"a": "}{", "b": {"c": 1}},\n {"d": 1}]', 'json', [])).toEqual(['a', 'b'])
  expect(namesIn('{"tasks": [{"input": {"a": 1}}]}', 'json', [])).toEqual(['a'])
})
test('a beginning that does not tell gives nothing rather than a guess', () => {
  expect(namesIn('[{"a": "very lo', 'json', [])).toBeNull()
  expect(namesIn('\n', 'csv', [])).toBeNull()
  expect(namesIn('{broken}\n', 'jsonl', [])).toBeNull()
})
test('the ending names the format', () => {
  expect(['a.CSV', 'b.ndjson', 'c.json', 'd.xlsx', 'e'].map(formatOf)).toEqual(['csv', 'jsonl', 'json', null, null])
})
