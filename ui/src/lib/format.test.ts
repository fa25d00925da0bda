import { describe, expect, test } from 'vitest'
import { ago, bytes, counted, duration, priorityWords, shortId, signed, total, totalOf } from '@/lib/format'

const now = new Date('2026-11-22T12:00:00Z')
const before = (seconds: number) => new Date(now.getTime() - seconds * 1000)

describe('durations', () => {
  test.each([
    [0.44, '0.4 s'], [9.96, '10 s'], [12, '12 s'], [59.6, '1 m'], [72, '1 m 12 s'], [3600, '1 h'], [7500, '2 h 5 m'], [90_000, '1 d 1 h'], [-3, '0 s'],
  ])('%d seconds read as %s', (seconds, says) => expect(duration(seconds)).toBe(says))
})

describe('sizes', () => {
  test.each([[950, '950 B'], [1000, '1 kB'], [1_450, '1.4 kB'], [12_300, '12 kB'], [1_400_000, '1.4 MB'], [2_000_000_000, '2 GB']])('%d bytes read as %s', (n, says) => expect(bytes(n)).toBe(says))
})

describe('moments', () => {
  test.each([[3, 'now'], [40, '40 s ago'], [150, '2 min ago'], [7_300, '2 h ago'], [200_000, '2 d ago'], [-400, 'in 6 min']])('%d seconds back is "%s"', (seconds, says) => expect(ago(before(seconds), now)).toBe(says))
  test('a moment of another year carries the year', () => expect(ago(new Date('2025-03-01T12:00:00Z'), now)).toContain('2025'))
})

test('a total that the server stopped counting says so', () => {
  expect(total(10_000, false)).toBe('10,000+')
  expect(total(1204, true)).toBe('1,204')
  expect(totalOf(10_000, false, 'task')).toBe('10,000+ tasks')
  expect(totalOf(1, true, 'task')).toBe('1 task')
})
test('one is singular', () => {
  expect(counted(1, 'row')).toBe('1 row')
  expect(counted(1204, 'row')).toBe('1,204 rows')
  expect(counted(2, 'person', 'people')).toBe('2 people')
})
test('ids made in the same millisecond still look different', () => {
  expect(shortId('0190f3a2-7c1e-7a55-9d2e-0c5f1f7f3b10')).not.toBe(shortId('0190f3a2-7c1e-7a55-9d2e-0c5f1f7f3b11'))
})
test('the lower priority is called earlier', () => {
  expect([-2, 0, 5].map(priorityWords)).toEqual(['earlier', 'usual', 'later'])
  expect(signed(-1200)).toBe('−1,200')
})
