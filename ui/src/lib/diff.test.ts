// Differences between texts.
import { expect, it } from 'vitest'
import { changed, diffLines, partsOf } from '@/lib/diff'

const signs = (before: string, after: string) => diffLines(before, after).map((line) => ({ same: ' ', gone: '-', new: '+' })[line.kind] + line.text)

it('tells a changed line as gone and new', () => {
  expect(signs('a\nhold: 60m\nc\n', 'a\nhold: 90m\nc\n')).toEqual([' a', '-hold: 60m', '+hold: 90m', ' c'])
})

it('keeps lines that only moved down', () => {
  expect(signs('a\nb', 'new\na\nb')).toEqual(['+new', ' a', ' b'])
})

it('numbers each line on the side where it stands', () => {
  expect(diffLines('a\nb', 'a\nx\nb').at(-1)).toEqual({ kind: 'same', text: 'b', before: 2, after: 3 })
})

it('says nothing changed for equal texts, a last line feed aside', () => {
  expect(changed(diffLines('a\nb\n', 'a\nb'))).toEqual({ added: 0, removed: 0 })
  expect(partsOf(diffLines('a\nb', 'a\nb'))).toEqual([{ skipped: 2 }])
})

it('leaves out what is far from a change', () => {
  const many = Array.from({ length: 20 }, (_, at) => `line ${at}`)
  const parts = partsOf(diffLines(many.join('\n'), many.with(10, 'other').join('\n')), 2)
  expect(parts.map((part) => ('skipped' in part ? part.skipped : part.lines.length))).toEqual([8, 6, 7])
})

it('goes from nothing to everything', () => {
  expect(signs('', 'a\nb')).toEqual(['+a', '+b'])
})
