// What is selected in a list: rows by name, or all that fit the filters but some.

/** Filters as the server takes them: names of query parameters with their values. */
export type Filter = Record<string, unknown>

export type Selection = { ids: string[] } | { filter: Filter; except: string[] }

/** How many are selected; `isExact` is false above what is counted exactly. */
export interface SelectedCount {
  n: number
  isExact: boolean
}

const LISTS = new Set(['project', 'status', 'audit', 'reserved_by', 'answered_by', 'metadata', 'ids'])

/** The selection as a body takes it. The order of a list is no filter, and what may be several is a list there. */
export function selectionBody(selection: Selection) {
  if ('ids' in selection) return { ids: selection.ids }
  const filter = Object.entries(selection.filter)
    .filter(([name, value]) => value !== undefined && name !== 'sort' && name !== 'limit' && name !== 'cursor')
    .map(([name, value]) => [name, LISTS.has(name) ? [value].flat() : value])
  return { filter: Object.fromEntries(filter) as Filter, except: selection.except }
}
