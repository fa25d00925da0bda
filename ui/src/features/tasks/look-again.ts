// Asks the server again about rows that are already shown, by their ids: those that are no more are left out, not missed.
import type { Page, TaskRow } from '@/api/types'
import { type Loaded, idsIn } from '@/features/tasks/live-list'

// An address has an end, and a page a most.
const AT_ONCE = 100
const ASKED_MOST = 1_000

export interface Asking {
  /** The first page of the list. */
  top: () => Promise<Page<TaskRow>>
  /** These tasks wherever they are now, as far as they are. */
  named: (ids: string[]) => Promise<TaskRow[]>
}

export interface Seen {
  head: Page<TaskRow>
  rows: TaskRow[]
  gone: Set<string>
}

/** What is now true of the changed rows of a list, and of its top; "all" after an absence. */
export async function lookAgain(list: Loaded, changed: ReadonlySet<string> | 'all', ask: Asking): Promise<Seen> {
  const known = idsIn(list)
  const wanted = (changed === 'all' ? [...known] : [...changed].filter((id) => known.has(id))).slice(0, ASKED_MOST)
  const parts = Array.from({ length: Math.ceil(wanted.length / AT_ONCE) }, (_, at) => wanted.slice(at * AT_ONCE, (at + 1) * AT_ONCE))
  // At once, not after the top was seen: somebody waits for the change to show.
  const [head, ...found] = await Promise.all([ask.top(), ...parts.map((ids) => ask.named(ids))])
  const rows = new Map([...head.items, ...found.flat()].map((row) => [row.id, row]))
  return { head, rows: [...rows.values()], gone: new Set(wanted.filter((id) => !rows.has(id))) }
}
