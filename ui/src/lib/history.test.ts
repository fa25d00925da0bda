// Undo and redo.
import { expect, it } from 'vitest'
import { begin, changed, redone, undone } from '@/lib/history'

it('goes back and forth step by step', () => {
  const two = changed(changed(begin('a'), 'b', null, 0), 'c', null, 10)
  expect(undone(two).present).toBe('b')
  expect(undone(undone(two)).present).toBe('a')
  expect(undone(undone(undone(two))).present).toBe('a')
  expect(redone(undone(two)).present).toBe('c')
})

it('counts quick changes of the same thing as one step', () => {
  const typed = ['h', 'he', 'hey'].reduce((history, text, at) => changed(history, text, 'title', at * 200), begin(''))
  expect(undone(typed).present).toBe('')
})

it('begins a new step after a pause, or for another thing', () => {
  const paused = changed(changed(begin(''), 'a', 'title', 0), 'ab', 'title', 5_000)
  expect(undone(paused).present).toBe('a')
  const other = changed(changed(begin(''), 'a', 'title', 0), 'ab', 'note', 10)
  expect(undone(other).present).toBe('a')
})

it('forgets what was undone once something new is done', () => {
  const branched = changed(undone(changed(begin('a'), 'b', null, 0)), 'c', null, 10)
  expect(redone(branched).present).toBe('c')
})

it('takes no change for no step', () => {
  const history = begin('a')
  expect(changed(history, 'a', null, 0)).toBe(history)
})
