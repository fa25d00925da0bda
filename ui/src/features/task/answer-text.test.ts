// An answer in words, however deep it goes.
import { expect, test } from 'vitest'
import { inWords } from '@/features/task/answer-text'

test('what an answer holds is said without brackets and quotes of JSON', () => {
  expect(inWords({ shop: { name: 'Mill', open: true }, lines: [{ n: 1 }, { n: 2, note: null }], tags: ['a', 'b'], none: [] })).toBe(
    'shop: (name: Mill, open: yes), lines: ((n: 1), (n: 2, note: –)), tags: (a, b), none: (none)',
  )
  expect([inWords([]), inWords({}), inWords(['a', ['b']]), inWords(0)]).toEqual(['none', 'nothing', 'a, (b)', '0'])
})
