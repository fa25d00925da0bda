// Where the reader was in a list: kept while the page lives, so that going back restores scroll, focus and selection.

export interface Place {
  top: number
  cursor: string | null
  selected: ReadonlySet<string>
}

const NOWHERE: Place = { top: 0, cursor: null, selected: new Set() }
const LISTS_KEPT = 40
const places = new Map<string, Place>()

export const recall = (list: string): Place => places.get(list) ?? NOWHERE

export function remember(list: string, change: Partial<Place>): void {
  const place = { ...recall(list), ...change }
  places.delete(list)
  places.set(list, place)
  if (places.size > LISTS_KEPT) places.delete(places.keys().next().value as string)
}

export const forget = (list: string): void => void places.delete(list)
