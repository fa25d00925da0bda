// The time a hold has left, and the places of a refusal.
import { expect, it } from 'vitest'
import { leftWords, renewEveryMs, secondsLeft, urgency } from '@/features/work/lease'
import { pathOf } from '@/features/work/use-refusals'

it('renews every third of a short hold, and at least every five minutes', () => {
  expect(renewEveryMs(90)).toBe(30_000)
  expect(renewEveryMs(5400)).toBe(300_000)
})

it('is quiet until ten minutes remain', () => {
  expect(urgency(600)).toBe('quiet')
  expect(urgency(599)).toBe('soon')
  expect(urgency(59)).toBe('last')
  expect(urgency(0)).toBe('over')
})

it('says whole minutes while there are many, seconds when there are few', () => {
  expect(leftWords(5399)).toBe('1 h 29 m left')
  expect(leftWords(130)).toBe('2 m 10 s left')
  expect(leftWords(-5)).toBe('Time is up')
  expect(secondsLeft('2026-11-22T10:00:30Z', Date.parse('2026-11-22T10:00:00Z'))).toBe(30)
})

it('reads a place as a path', () => {
  expect(pathOf('regions[3].box[0]')).toEqual(['regions', 3, 'box', 0])
  expect(pathOf('')).toEqual([])
})
