// The copy of an answer that this browser keeps, so that a reload, a crash or a broken line loses nothing.
import type { Json } from '@/api/types'

export interface LocalDraft {
  answer: Json
  /** The revision on the server that the answer was made from. */
  base: number
  at: number
}

const PREFIX = 'taskyard.draft.'
const TOUCHED = 'taskyard.touched.'
const KEPT_MS = 30 * 24 * 3_600_000

function read<T>(key: string): T | null {
  try {
    const text = localStorage.getItem(key)
    return text === null ? null : (JSON.parse(text) as T)
  } catch {
    return null // no storage, or somebody else's text under our name
  }
}

export const readLocal = (id: string): LocalDraft | null => read(PREFIX + id)

/** Which prefilled places somebody has looked at, so that a reload does not ask for it again. */
export const readTouched = (id: string): string[] => read<string[]>(TOUCHED + id) ?? []

export function writeTouched(id: string, touched: ReadonlySet<string>): void {
  if (touched.size === 0) return
  try {
    localStorage.setItem(TOUCHED + id, JSON.stringify([...touched]))
  } catch {
    // the marks then last as long as the page
  }
}

/** False when the browser refused, as private windows and full disks do. */
export function writeLocal(id: string, draft: LocalDraft): boolean {
  try {
    localStorage.setItem(PREFIX + id, JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

export function forgetLocal(id: string): void {
  try {
    localStorage.removeItem(PREFIX + id)
    localStorage.removeItem(TOUCHED + id)
  } catch {
    // it was never there
  }
}

/** Copies of holds that nobody came back to. */
export function sweepLocal(now: number): void {
  try {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      const draft = readLocal(key.slice(PREFIX.length))
      if (!draft || now - draft.at > KEPT_MS) forgetLocal(key.slice(PREFIX.length))
    }
  } catch {
    // no storage, nothing to sweep
  }
}
