// Keeping a loaded list true without moving it: rows change where they stand, new ones are only counted.
import type { Page, TaskRow } from '@/api/types'

export interface Loaded {
  pages: Page<TaskRow>[]
  pageParams: unknown[]
}

/** The rows in order, each once: one that moved down while others were fetched stays where it was first. */
export function rowsOf(pages: Page<TaskRow>[] | undefined): TaskRow[] {
  const rows = new Map<string, TaskRow>()
  for (const page of pages ?? []) for (const row of page.items) if (!rows.has(row.id)) rows.set(row.id, row)
  return [...rows.values()]
}

export const idsIn = (list: Loaded): Set<string> => new Set(list.pages.flatMap((page) => page.items.map((row) => row.id)))

/** The same rows in the same places, with what is newly known of them; `gone` are taken out. */
export function changeInPlace(list: Loaded, fresh: Iterable<TaskRow>, gone: ReadonlySet<string> = new Set()): Loaded {
  const byId = new Map([...fresh].map((row) => [row.id, row]))
  const touched = (page: Page<TaskRow>) => page.items.some((row) => byId.has(row.id) || gone.has(row.id))
  return {
    ...list,
    pages: list.pages.map((page) =>
      touched(page) ? { ...page, items: page.items.filter((row) => !gone.has(row.id)).map((row) => byId.get(row.id) ?? row) } : page,
    ),
  }
}

/** How many rows the server would now show that are not loaded, looking at its first page. */
export function newAtTop(list: Loaded, head: Page<TaskRow>): { count: number; more: boolean } {
  const known = idsIn(list)
  const count = head.items.filter((row) => !known.has(row.id)).length
  return { count, more: count > 0 && count === head.items.length && head.next !== null }
}

/** A total for the list from the newest page, kept in the first one, where readers of the list look. */
export function withTotal(list: Loaded, head: Page<TaskRow>): Loaded {
  const [first, ...others] = list.pages
  if (!first) return list
  return { ...list, pages: [{ ...first, total: head.total, total_is_exact: head.total_is_exact }, ...others] }
}
