// Where a problem is underlined.
import { Text } from '@codemirror/state'
import { expect, it } from 'vitest'
import { marksOf, rangeOf } from '@/features/studio/flow-marks'

const doc = Text.of(['steps:', '  - id: find', '    use: annotat   # which?'])
const marked = (problem: Parameters<typeof rangeOf>[1]) => {
  const { from, to } = rangeOf(doc, problem)
  return doc.sliceString(from, to)
}

it('underlines from the column to the end of the words, not the comment', () => {
  expect(marked({ place: '', says: 'x', line: 3, column: 5 })).toBe('use: annotat')
})

it('begins at the first word when no column is named', () => {
  expect(marked({ place: '', says: 'x', line: 2 })).toBe('- id: find')
})

it('stays inside the text when the line is not there any more', () => {
  expect(marked({ place: '', says: 'x', line: 99, column: 80 })).toBe('')
  expect(marked({ place: '', says: 'x' })).toBe('steps:')
})

it('keeps the order of the page, as the editor wants it', () => {
  const marks = marksOf(doc, [{ place: '', says: 'late', line: 3 }, { place: '', says: 'early', line: 1, mend: 'Write it.' }])
  expect(marks.map((mark) => mark.message)).toEqual(['early Write it.', 'late'])
})
