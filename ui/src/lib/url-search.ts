// Addresses as people write them: ?status=queued&status=failed, the same form the API takes.

export function parseSearch(query: string): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const pairs = new URLSearchParams(query)
  for (const key of new Set(pairs.keys())) {
    const values = pairs.getAll(key)
    found[key] = values.length === 1 ? values[0] : values
  }
  return found
}

export function stringifySearch(search: Record<string, unknown>): string {
  const pairs = new URLSearchParams()
  for (const [key, value] of Object.entries(search)) {
    for (const each of [value].flat()) if (each !== undefined && each !== null && each !== '') pairs.append(key, String(each))
  }
  const query = pairs.toString()
  return query ? `?${query}` : ''
}
