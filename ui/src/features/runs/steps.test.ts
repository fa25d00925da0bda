// The line about a step.
import { expect, it } from 'vitest'
import type { RunStep, StepRun } from '@/api/types'
import { spanOf, stepSummary } from '@/features/runs/steps'

const turn = (more: Partial<StepRun>): StepRun => ({
  id: 't', step: 'label', performer: 'people', state: 'completed', reason: null, attempt: 1, priority: 0, aged: 0, holder: null, started_at: null, ended_at: null, answer_id: null, error: null, ...more,
})
const step = (more: Partial<RunStep>): RunStep => ({ id: 'label', use: 'annotate', by: ['people'], state: 'completed', reason: null, step_runs: [], ...more })

it('names who may do a step until somebody has it, then the person', () => {
  expect(stepSummary(step({}))).toBe('annotate · people')
  expect(stepSummary(step({ step_runs: [turn({ holder: { id: '1', name: 'Mei Tanaka' } })] }))).toBe('annotate · Mei Tanaka')
})

it('does not say the kind twice when the step is called by it', () => {
  expect(stepSummary(step({ id: 'annotate', by: ['local/text'] }))).toBe('local/text')
})

it('spans from the first beginning to the last end', () => {
  const runs = [turn({ started_at: '2026-01-01T10:00:05Z', ended_at: '2026-01-01T10:00:09Z' }), turn({ started_at: '2026-01-01T10:00:01Z', ended_at: '2026-01-01T10:00:02Z' })]
  expect(spanOf(step({ step_runs: runs }))).toEqual({ from: '2026-01-01T10:00:01Z', to: '2026-01-01T10:00:09Z' })
})

it('stays open while somebody is at it, and is nothing before anybody was', () => {
  expect(spanOf(step({ state: 'running', step_runs: [turn({ state: 'running', started_at: '2026-01-01T10:00:01Z' })] }))?.to).toBeNull()
  expect(spanOf(step({ state: 'queued', step_runs: [turn({ state: 'queued' })] }))).toBeNull()
})
