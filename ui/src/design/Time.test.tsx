import { act, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { Duration } from '@/design/Time'

afterEach(() => vi.useRealTimers())

test('what is under way gets longer by the second, and what has ended does not', () => {
  // Later than now: a clock of the page never goes back.
  vi.useFakeTimers({ now: new Date('2100-11-25T12:00:05Z') })
  const shown = render(<Duration from="2100-11-25T12:00:00Z" to={null} />)
  expect(shown.container.textContent).toBe('5 s')
  act(() => void vi.advanceTimersByTime(2_000))
  expect(shown.container.textContent).toBe('7 s')
  shown.rerender(<Duration from="2100-11-25T12:00:00Z" to="2100-11-25T12:00:08Z" />)
  act(() => void vi.advanceTimersByTime(5_000))
  expect(screen.getByText(/8/).textContent).toMatch(/^8(\.0)? s$/)
})
