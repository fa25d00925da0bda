// Undo and redo of one value. Changes that belong together, as the letters of a word, count as one step.

export interface History<T> {
  past: readonly T[]
  present: T
  future: readonly T[]
  /** What the last change was about; the next one about the same joins it. */
  about: string | null
  /** When the last change was made, in milliseconds. */
  at: number
}

const STEPS_MAX = 200
const JOIN_MS = 1_500

export const begin = <T>(present: T): History<T> => ({ past: [], present, future: [], about: null, at: 0 })

/** `about` joins quick changes of the same thing into one step; null always makes a new one. */
export function changed<T>(history: History<T>, present: T, about: string | null, at: number): History<T> {
  if (Object.is(present, history.present)) return history
  const joins = about !== null && about === history.about && at - history.at < JOIN_MS && history.past.length > 0
  const past = joins ? history.past : [...history.past, history.present].slice(-STEPS_MAX)
  return { past, present, future: [], about, at }
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past.at(-1)
  if (before === undefined) return history
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], about: null, at: 0 }
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future
  if (next === undefined) return history
  return { past: [...history.past, history.present], present: next, future, about: null, at: 0 }
}
