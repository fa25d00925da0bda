// What a line about a step says: who, how long, and whether it is still going on.
import type { RunStep } from '@/api/types'

const ENDED = new Set(['completed', 'failed', 'cancelled', 'skipped'])

export const isModel = (performer: string): boolean => performer !== 'people' && performer !== 'agents'

export const isUnderway = (step: RunStep): boolean => !ENDED.has(step.state) && step.state !== 'queued'

/** Who does it, or who did: the people's names once they are known. */
export function stepSummary(step: RunStep): string {
  const names = step.step_runs.map((turn) => turn.holder?.name ?? turn.performer)
  const who = [...new Set(names.length > 0 ? names : step.by)].join(', ')
  return [step.use === step.id ? null : step.use, who].filter(Boolean).join(' · ')
}

/** From the first beginning to the last end; an open end while anybody is at it. */
export function spanOf(step: RunStep): { from: string; to: string | null } | null {
  const begun = step.step_runs.map((turn) => turn.started_at).filter((at) => at !== null).sort()
  const from = begun[0]
  if (!from) return null
  const ends = step.step_runs.filter((turn) => turn.started_at).map((turn) => turn.ended_at)
  if (ends.some((at) => at === null) && isUnderway(step)) return { from, to: null }
  return { from, to: ends.filter((at) => at !== null).sort().at(-1) ?? from }
}
