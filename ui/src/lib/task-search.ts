// The filters of the task list as they stand in the URL; what does not fit is left out, never an error.

export const STATUSES = ['queued', 'in_progress', 'completed', 'failed', 'cancelled'] as const
type Status = (typeof STATUSES)[number]

export interface TaskSearch {
  q?: string
  status?: Status[]
  project?: string[]
  step?: string
  batch?: string
  sort?: string
  /** The task in the side panel. */
  peek?: string
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

function list(value: unknown): string[] | undefined {
  const items = (Array.isArray(value) ? value : [value]).map(text).filter((item) => item !== undefined)
  return items.length > 0 ? [...new Set(items)] : undefined
}

function statuses(value: unknown): Status[] | undefined {
  const asked = list(value)
  const known = STATUSES.filter((status) => asked?.includes(status))
  return known.length > 0 ? known : undefined
}

export const readTaskSearch = (search: Record<string, unknown>): TaskSearch => ({
  q: text(search['q']),
  status: statuses(search['status']),
  project: list(search['project']),
  step: text(search['step']),
  batch: text(search['batch']),
  sort: text(search['sort']),
  peek: text(search['peek']),
})

/** The filters alone, as the server takes them. */
export function filterOf(search: TaskSearch): Omit<TaskSearch, 'peek'> {
  const known = Object.entries({ ...search, peek: undefined }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known)
}

export const isFiltered = (search: TaskSearch): boolean =>
  Boolean(search.q || search.status || search.project || search.step || search.batch)
