// The filters of the task list as they stand in the URL; what does not fit is left out, never an error.
import { isUuid } from '@/lib/uuid'
import { LOCAL, isDay, isMoment, isMoving, knownZone, localZone } from '@/lib/zones'

export const STATUSES = ['queued', 'in_progress', 'completed', 'failed', 'cancelled'] as const
export const AUDITS = ['ready', 'accepted', 'fixed', 'rejected'] as const
export const USUAL_ORDER = '-last_submitted_at'
export const INPUT = 'input.'
/** Who works on what, how long and for how much: the server tells it to leads only. */
export const LEADS_ONLY = ['reserved_by', 'answered_by', 'seconds', 'cost'] as const
const SORTS = [
  'id', 'external_id', 'project', 'step', 'status', 'priority', 'batch', 'audit', 'reserved_by', 'created_at', 'last_submitted_at', 'completed_at', 'seconds', 'cost',
]
const PRIORITY_MOST = 2 ** 31
const SEVERAL_MOST = 200
export const METADATA_MOST = 10
export const TEXT_MOST = 500

type Status = (typeof STATUSES)[number]
type Audit = (typeof AUDITS)[number]
export const SPANS = ['created', 'completed', 'submitted'] as const
export type Span = (typeof SPANS)[number]
type SpanEnds = { [End in `${Span}_${'from' | 'to'}`]?: string }

/** What narrows the list, by the names the server has for it. */
export interface TaskFilters extends SpanEnds {
  q?: string
  status?: Status[]
  redo?: boolean
  project?: string[]
  step?: string
  batch?: string
  batch_contains?: string
  audit?: Audit[]
  reserved_by?: string[]
  answered_by?: string[]
  priority_min?: number
  priority_max?: number
  /** The zone that days are meant in: "local" is the reader's, nothing is UTC. */
  zone?: string
  metadata?: string[]
  mine?: boolean
  upload?: string
  ids?: string[]
}

export interface TaskSearch extends TaskFilters {
  sort?: string
  /** The task in the side panel. */
  peek?: string
  /** Earlier bulk work beside the list: one of it by its id, or any other word for all. */
  bulk?: string
  /** The saved view that the page shows, perhaps changed since. */
  view?: string
  /** The columns, where they are not those of the view or of this browser. */
  columns?: string[]
}

const text = (value: unknown): string | undefined => {
  const said = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
  return said !== '' && said.length <= TEXT_MOST && !said.includes('\0') ? said : undefined
}

function list(value: unknown, most = SEVERAL_MOST): string[] | undefined {
  const items = [value].flat().map(text).filter((item) => item !== undefined)
  return items.length > 0 ? [...new Set(items)].slice(0, most) : undefined
}

function among<Item extends string>(known: readonly Item[], value: unknown): Item[] | undefined {
  const asked = list(value)
  const found = known.filter((item) => asked?.includes(item))
  return found.length > 0 ? found : undefined
}

function fitting(value: unknown, fits: (item: string) => boolean, most?: number): string[] | undefined {
  const found = list(value, most)?.filter(fits)
  return found && found.length > 0 ? found : undefined
}

const uuid = (value: unknown): string | undefined => fitting(value, isUuid)?.[0]
const truth = (value: unknown): boolean | undefined => ({ true: true, false: false })[String(value)]

function whole(value: unknown): number | undefined {
  const said = text(value)
  const n = said !== undefined && /^-?\d{1,10}$/.test(said) ? Number(said) : NaN
  return n >= -PRIORITY_MOST && n < PRIORITY_MOST ? n : undefined
}

/** A key, =, and a value that may be empty. */
export const isPair = (said: string): boolean => /^[^=]+=/.test(said) && said.replace(/^=+|=+$/g, '').includes('=') && said.length <= TEXT_MOST

function order(value: unknown, projects: string[] | undefined): string | undefined {
  const said = text(value)
  const name = said?.replace(/^-/, '') ?? ''
  if (name.startsWith(INPUT)) return name.length > INPUT.length && projects?.length === 1 ? said : undefined
  return SORTS.includes(name) && said !== USUAL_ORDER ? said : undefined
}

function spans(search: Record<string, unknown>): SpanEnds {
  const ends = SPANS.flatMap((span) => [`${span}_from`, `${span}_to`] as const)
  return Object.fromEntries(ends.map((end) => [end, fitting(search[end], (said) => isDay(said) || isMoment(said) || isMoving(said))?.[0]]))
}

const zoneOf = (said: string | undefined) => (said === LOCAL ? LOCAL : knownZone(said))

export function readTaskSearch(search: Record<string, unknown>): TaskSearch {
  const project = fitting(search['project'], isUuid)
  const dates = spans(search)
  return {
    q: text(search['q']),
    status: among(STATUSES, search['status']),
    redo: truth(search['redo']),
    project,
    step: text(search['step']),
    batch: text(search['batch']),
    batch_contains: text(search['batch_contains']),
    audit: among(AUDITS, search['audit']),
    reserved_by: fitting(search['reserved_by'], isUuid),
    answered_by: fitting(search['answered_by'], isUuid),
    priority_min: whole(search['priority_min']),
    priority_max: whole(search['priority_max']),
    ...dates,
    zone: Object.values(dates).some(Boolean) ? zoneOf(text(search['zone'])) : undefined,
    metadata: fitting(search['metadata'], isPair, METADATA_MOST),
    mine: truth(search['mine']) || undefined,
    upload: uuid(search['upload']),
    ids: fitting(search['ids'], isUuid),
    sort: order(search['sort'], project),
    peek: uuid(search['peek']),
    bulk: text(search['bulk']),
    view: uuid(search['view']),
    columns: list(search['columns']),
  }
}

const NOT_ASKED = new Set(['peek', 'bulk', 'view', 'columns'])

const keptOf = (search: TaskSearch) => Object.fromEntries(Object.entries(search).filter(([name, value]) => value !== undefined && !NOT_ASKED.has(name)))

/** What the server is asked for: the filters and the order. */
export function filterOf({ zone, ...search }: TaskSearch): TaskFilters & { sort?: string } {
  const here = zone === LOCAL ? knownZone(localZone()) : zone
  return { ...keptOf(search), ...(here && { zone: here }) }
}

/** The same with fields of the input that the rows are to have; without any it is asked as ever. */
export const withFields = (filter: ReturnType<typeof filterOf>, fields: string[]) => (fields.length > 0 ? { ...filter, fields } : filter)

const narrowing = (search: TaskSearch): string[] => Object.keys(filterOf(search)).filter((name) => name !== 'sort' && name !== 'zone')

export const isFiltered = (search: TaskSearch): boolean => narrowing(search).length > 0

/** The change that takes every filter off. */
export const withoutFilters = (search: TaskSearch): Partial<TaskSearch> => Object.fromEntries([...narrowing(search), 'zone'].map((name) => [name, undefined]))

/** Whether anybody may ask for it, whatever the flow: only that is asked for before it is known who reads. */
export const isForAnybody = (search: TaskSearch): boolean =>
  search.reserved_by === undefined && search.answered_by === undefined && forEverybody(search).sort === search.sort && !search.sort?.includes(INPUT)

/** The same without what only leads are told. */
export function forEverybody(search: TaskSearch): TaskSearch {
  const isHidden = (LEADS_ONLY as readonly string[]).includes(search.sort?.replace(/^-/, '') ?? '')
  return { ...search, reserved_by: undefined, answered_by: undefined, ...(isHidden && { sort: undefined }) }
}

/** What a saved view keeps: filters, order, and the columns when they were chosen. */
export const viewOf = (search: TaskSearch, columns: string[] | undefined = search.columns): Record<string, unknown> => ({ ...keptOf(search), ...(columns && { columns }) })

/** The same tasks in the same order and columns, however often something was switched on and off again. */
export function isSameView(one: TaskSearch, other: TaskSearch): boolean {
  const told = (search: TaskSearch) => Object.entries(viewOf(search)).map(([name, value]) => [name, Array.isArray(value) && name !== 'columns' ? [...value].sort() : value]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return JSON.stringify(told(one)) === JSON.stringify(told(other))
}
