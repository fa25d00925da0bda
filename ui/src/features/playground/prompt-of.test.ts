// Settings, names and days of playground runs.
import { expect, it } from 'vitest'
import type { Run, TaskPage } from '@/api/types'
import { chosenRun, dayAndTime, modelOf, promptOf, resultName } from '@/features/playground/prompt-of'

const run = (more: Partial<Run>) => ({ number: 1, settings: {}, steps: [], ...more }) as unknown as Run
const task = { input: { photo: 'f', prompt: 'every item' } } as unknown as TaskPage

it('takes the prompt of the run before that of the task', () => {
  expect(promptOf(run({}), task)).toBe('every item')
  expect(promptOf(run({ settings: { prompt: 'all dates' } }), task)).toBe('all dates')
})

it('names the model that was asked for, or the one the flow has', () => {
  expect(modelOf(run({ settings: { model: 'a/b' } }))).toBe('a/b')
  expect(modelOf(run({ steps: [{ id: 's', use: 'annotate', by: ['local/text'], state: 'queued', reason: null, step_runs: [] }] }))).toBe('local/text')
})

it('shows the newest run when the address names none, or one that is gone', () => {
  const runs = [run({ number: 2 }), run({ number: 1 })]
  expect(chosenRun(runs, undefined)?.number).toBe(2)
  expect(chosenRun(runs, 1)?.number).toBe(1)
  expect(chosenRun(runs, 9)?.number).toBe(2)
})

it('names a result after its original, with its own type', () => {
  expect(resultName('IMG_2041.jpeg', 2, 'image/png')).toBe('IMG_2041-run-2.png')
  expect(resultName('scan', 1, 'image/jpeg')).toBe('scan-run-1.jpg')
})

it('says today and yesterday by the calendar, not by hours', () => {
  const now = new Date(2026, 10, 22, 0, 30)
  expect(dayAndTime(new Date(2026, 10, 22, 0, 10), now)).toBe('Today 00:10')
  expect(dayAndTime(new Date(2026, 10, 21, 23, 50), now)).toBe('Yesterday 23:50')
  expect(dayAndTime(new Date(2026, 10, 19, 9, 5), now)).toBe('Nov 19 09:05')
})
