// The time a hold has left, in words, and when to ask for more. Pure.
import { duration } from '@/lib/format'

const QUIET_SECONDS = 600
const RENEW_SECONDS_MAX = 300

/** Every third of the hold, and at least every five minutes. */
export const renewEveryMs = (holdSeconds: number): number => Math.min(holdSeconds / 3, RENEW_SECONDS_MAX) * 1000

export const secondsLeft = (until: string, now: number): number => Math.floor((new Date(until).getTime() - now) / 1000)

export type Urgency = 'quiet' | 'soon' | 'last' | 'over'

export function urgency(seconds: number): Urgency {
  if (seconds <= 0) return 'over'
  if (seconds < 60) return 'last'
  return seconds < QUIET_SECONDS ? 'soon' : 'quiet'
}

/** "8 m 10 s left"; whole minutes while there are many. */
export function leftWords(seconds: number): string {
  if (seconds <= 0) return 'Time is up'
  return seconds >= QUIET_SECONDS ? `${duration(Math.floor(seconds / 60) * 60)} left` : `${duration(seconds)} left`
}
