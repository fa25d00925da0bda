// Paced: at once, then once more, however often it was asked for.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { paced } from '@/lib/paced'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('runs at once, and once more after many', () => {
  const run = vi.fn()
  const { ask } = paced(run, 500)
  for (let n = 0; n < 5; n++) ask()
  expect(run).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(500)
  expect(run).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(5_000)
  expect(run).toHaveBeenCalledTimes(2)
})

it('is at once again after a rest, and silent when it is stopped', () => {
  const run = vi.fn()
  const { ask, stop } = paced(run, 500)
  ask()
  vi.advanceTimersByTime(500)
  ask()
  expect(run).toHaveBeenCalledTimes(2)
  ask()
  stop()
  vi.advanceTimersByTime(5_000)
  expect(run).toHaveBeenCalledTimes(2)
})
