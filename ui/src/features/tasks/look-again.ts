// Asks the server again about rows that are already shown: few one by one, many by the pages they came with.
import type { Page, TaskRow } from '@/api/types'
import { type Loaded, idsIn } from '@/features/tasks/live-list'

const FEW = 8
const PAGES_MOST = 10
const ONE_BY_ONE_MOST = 24

export interface Asking {
  /** A page of the list, from the top or from a cursor. */
  page: (cursor: string | null) => Promise<Page<TaskRow>>
  /** One row wherever it is now; null when it is no more. */
  one: (id: string) => Promise<TaskRow | null>
}

export interface Seen {
  head: Page<TaskRow>
  rows: TaskRow[]
  gone: Set<string>
}

/** What is now true of the changed rows of a list, and of its top; "all" after an absence. */
export async function lookAgain(list: Loaded, changed: ReadonlySet<string> | 'all', ask: Asking): Promise<Seen> {
  const head = await ask.page(null)
  const rows = new Map(head.items.map((row) => [row.id, row]))
  const known = idsIn(list)
  const unseen = () => [...(changed === 'all' ? known : changed)].filter((id) => known.has(id) && !rows.has(id))
  if (unseen().length > FEW) {
    const wanted = new Set(unseen())
    const cursors = list.pages.flatMap((page, at) => (page.items.some((row) => wanted.has(row.id)) ? [String(list.pageParams[at] ?? '')] : []))
    const pages = await Promise.all(cursors.slice(0, PAGES_MOST).map((cursor) => ask.page(cursor || null)))
    for (const row of pages.flatMap((page) => page.items)) rows.set(row.id, row)
  }
  const gone = new Set<string>()
  await Promise.all(
    unseen().slice(0, ONE_BY_ONE_MOST).map(async (id) => {
      const row = await ask.one(id)
      if (row) rows.set(id, row)
      else gone.add(id)
    }),
  )
  return { head, rows: [...rows.values()], gone }
}
