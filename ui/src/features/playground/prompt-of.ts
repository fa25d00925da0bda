// The settings a run had, whether they came with the task, the run, or the flow.
import type { File, Run, TaskPage } from '@/api/types'

export const promptOf = (run: Run, task: TaskPage): string => {
  const own = run.settings.prompt ?? task.input['prompt']
  return typeof own === 'string' ? own : ''
}

export const modelOf = (run: Run): string | undefined =>
  named(run.settings['model']) ?? run.steps.flatMap((step) => step.step_runs.map((turn) => turn.performer))[0] ?? run.steps[0]?.by[0]

const named = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** The picture the task came with. */
export function pictureOf(task: TaskPage): File | null {
  const ids = Object.values(task.input).filter((value) => typeof value === 'string')
  return ids.map((id) => task.files[id]).find((file) => file?.media_type.startsWith('image/')) ?? null
}

/** Whose run is shown: the one asked for, or the newest. */
export const chosenRun = (runs: Run[], number: number | undefined): Run | undefined => runs.find((run) => run.number === number) ?? runs[0]

const EXTENSIONS: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp', 'image/gif': 'gif' }

/** "IMG_2041.jpg" as "IMG_2041-run-2.png": the name of the original with the type of the result. */
export function resultName(original: string, run: number, type: string): string {
  const stem = original.replace(/\.[^.]{1,5}$/, '') || 'picture'
  return `${stem}-run-${run}.${EXTENSIONS[type] ?? type.split('/')[1] ?? 'bin'}`
}

const time = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })

/** "Today 09:41", "21 Nov 09:41": for lists that are looked through by day. */
export function dayAndTime(at: Date, now: Date): string {
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000)
  const name = days === 0 ? 'Today' : days === 1 ? 'Yesterday' : day.format(at)
  return `${name} ${time.format(at)}`
}
