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
  const known = idsIn(list)
  const wanted = new Set(changed === 'all' ? known : [...changed].filter((id) => known.has(id)))
  const rows = new Map<string, TaskRow>()
  const gone = new Set<string>()
  const take = (page: Page<TaskRow>) => {
    for (const row of page.items) rows.set(row.id, row)
    return page
  }
  const askOneByOne = (ids: string[]) =>
    Promise.all(
      ids.map(async (id) => {
        const row = await ask.one(id)
        if (row) rows.set(id, row)
        else gone.add(id)
      }),
    )
  if (wanted.size <= FEW) {
    // At once, not after the top was seen: somebody waits for the change to show.
    const [head] = await Promise.all([ask.page(null), askOneByOne([...wanted])])
    for (const row of head.items) if (!rows.has(row.id)) rows.set(row.id, row)
    return { head, rows: [...rows.values()], gone }
  }
  const head = take(await ask.page(null))
  const unseen = () => [...wanted].filter((id) => !rows.has(id))
  const left = new Set(unseen())
  const cursors = list.pages.flatMap((page, at) => (page.items.some((row) => left.has(row.id)) ? [String(list.pageParams[at] ?? '')] : []))
  for (const page of await Promise.all(cursors.slice(0, PAGES_MOST).map((cursor) => ask.page(cursor || null)))) take(page)
  await askOneByOne(unseen().slice(0, ONE_BY_ONE_MOST))
  return { head, rows: [...rows.values()], gone }
}
