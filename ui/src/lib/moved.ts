// Lists in an order of somebody's own.

/** The list with one item taken to another place. */
export function moved<Item>(list: readonly Item[], from: number, to: number): Item[] {
  const rest = list.filter((_, at) => at !== from)
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)]
}

/** Those that were put in order, and between them the others, each behind whoever comes before it by nature. */
export function placed(all: readonly string[], ordered: readonly string[]): string[] {
  const list = ordered.filter((id) => all.includes(id))
  all.forEach((id, at) => {
    if (!list.includes(id)) list.splice(at === 0 ? 0 : list.indexOf(all[at - 1] ?? '') + 1, 0, id)
  })
  return list
}
