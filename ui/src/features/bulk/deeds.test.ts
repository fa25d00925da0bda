import { expect, test } from 'vitest'
import { afterOf, aheadOf, missingIn, priorityFrom, timeLeft, wordsOf } from '@/features/bulk/deeds'

test('what will become of the tasks is told in one sentence', () => {
  expect(aheadOf({ total: 10_000, done: 9_963, unchanged: 0, refused: 37 })).toBe('9,963 will change, 37 will not.')
  expect(aheadOf({ total: 12, done: 12, unchanged: 0, refused: 0 })).toBe('All 12 will change.')
  expect(aheadOf({ total: 1, done: 1, unchanged: 0, refused: 0 })).toBe('It will change.')
  expect(aheadOf({ total: 5, done: 2, unchanged: 1, refused: 2 })).toBe('2 will change, 2 will not, 1 is so already.')
  expect(aheadOf({ total: 5, done: 0, unchanged: 3, refused: 2 })).toBe('None will change: 3 are so already.')
  expect(aheadOf({ total: 5, done: 0, unchanged: 5, refused: 0 })).toBe('Nothing will change: all of it is so already.')
  expect(afterOf({ done: 9, unchanged: 1, refused: 2, failed: 1 })).toBe('9 changed, 1 was so already, 2 refused, 1 failed.')
})

test('a priority is a whole number of 32 bits, with either minus sign', () => {
  expect(['−3', '-3', '+7', ' 12 ', '0'].map(priorityFrom)).toEqual([-3, -3, 7, 12, 0])
  expect(['', '1.5', 'soon', '2147483648', '-2147483649'].map(priorityFrom)).toEqual([null, null, null, null, null])
  expect(priorityFrom('-2147483648')).toBe(-(2 ** 31))
})

test('an action without its arguments says what is missing, and clearing is no missing argument', () => {
  expect(missingIn('set_priority', {})).toContain('whole number')
  expect(missingIn('set_batch', {})).toContain('batch')
  expect(missingIn('set_batch', { batch: null })).toBeNull()
  expect(missingIn('reserve', {})).toContain('who')
  expect(missingIn('reserve', { member: null })).toBeNull()
  expect(missingIn('move_to_step', {})).toContain('step')
  expect(missingIn('send_back', {})).toBeNull()
})

test('earlier bulk work is named by what it did', () => {
  expect(wordsOf('set_priority', { priority: -3, from_step: 'label' }, false)).toBe('Priority −3 from label on')
  expect(wordsOf('set_batch', { batch: null }, true)).toBe('Undo: Batch cleared')
  expect(wordsOf('delete', {}, false)).toBe('Delete')
})

test('the time in which it can be undone runs out', () => {
  const now = new Date('2026-11-25T10:00:00Z')
  expect(timeLeft('2026-11-25T10:48:30Z', now)).toBe('48 min left')
  expect(timeLeft('2026-11-25T10:00:20Z', now)).toBe('less than a minute left')
  expect(timeLeft('2026-11-25T09:59:00Z', now)).toBeNull()
  expect(timeLeft(null, now)).toBeNull()
})
