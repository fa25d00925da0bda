// What stands in the address of the task list and cannot be read: said to the reader, never left out in silence.
import { wantsFields } from '@/lib/columns'
import { METADATA_MOST, type TaskSearch, isForAnybody, readTaskSearch } from '@/lib/task-search'
import { UTC } from '@/lib/zones'

export interface Misread {
  name: string
  /** Whether there is a filter of that name; if so, its values are at fault. */
  isKnown: boolean
  values: string[]
}

const KNOWN = new Set(Object.keys(readTaskSearch({})))
// How the list is shown: what does not fit there changes nothing about which tasks they are.
const NO_FILTER = new Set(['sort', 'peek', 'bulk', 'view', 'columns'])
const A_DAY = '2026-01-01'

const itemsOf = (value: unknown): string[] => [value].flat().filter((item) => item !== undefined && item !== null && item !== '').map(String)

/** Some values say the same as no filter. */
const isNone = (name: string, item: string) => (name === 'mine' && item === 'false') || (name === 'zone' && item === UTC)
const isRead = (name: string, value: unknown) => (readTaskSearch({ created_from: A_DAY, [name]: value }) as Record<string, unknown>)[name] !== undefined

function wrongOf(name: string, items: string[]): string[] {
  const wrong = items.filter((item, at) => !isNone(name, item) && (!isRead(name, item) || (name === 'metadata' && at >= METADATA_MOST)))
  if (wrong.length > 0 || items.length < 2) return wrong
  return isRead(name, items) ? [] : items // several where one is meant
}

export function misread(search: object): Misread[] {
  return Object.entries(search).flatMap(([name, value]): Misread[] => {
    const items = itemsOf(value)
    if (value === undefined || NO_FILTER.has(name)) return []
    if (!KNOWN.has(name)) return [{ name, isKnown: false, values: items }]
    const values = wrongOf(name, items)
    return values.length > 0 ? [{ name, isKnown: true, values }] : []
  })
}

/** The address as the task list has it: read, and what cannot be read as it came. */
export const readAddress = (search: Record<string, unknown>): TaskSearch =>
  ({ ...readTaskSearch(search), ...Object.fromEntries(misread(search).map(({ name }) => [name, search[name]])) })

/** Whether these rows are the same for whoever reads, so that they may be fetched before anything is known of them. */
export const mayListAhead = (search: TaskSearch): boolean => misread(search).length === 0 && isForAnybody(search) && !wantsFields(search.columns)

/** The change that takes exactly that out of the address. */
export function withoutMisread(search: object): Partial<TaskSearch> {
  return Object.fromEntries(misread(search).map(({ name, isKnown, values }) => {
    const rest = isKnown ? itemsOf((search as Record<string, unknown>)[name]).filter((item) => !values.includes(item)) : []
    return [name, rest.length > 0 ? rest : undefined]
  }))
}

const SHOWN_MOST = 60
const short = (said: string) => (said.length > SHOWN_MOST ? `${said.slice(0, SHOWN_MOST)}…` : said)

/** One sentence for all names that are not known, and one for each filter whose value is not. */
export function misreadWords(wrong: Misread[]): string[] {
  const unknown = wrong.filter((one) => !one.isKnown).map((one) => short(one.name))
  const names = unknown.length === 1 ? 'a filter that is not known' : 'filters that are not known'
  return [
    ...(unknown.length > 0 ? [`The address has ${names}: ${unknown.join(', ')}.`] : []),
    ...wrong.filter((one) => one.isKnown).map(({ name, values }) => `The filter ${name} has ${values.length === 1 ? 'a value' : 'values'} that cannot be read: ${values.map(short).join(', ')}.`),
  ]
}
