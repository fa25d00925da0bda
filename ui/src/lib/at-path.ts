// Reading and changing a value deep inside another, by its path; the way the server writes places: `lines[3].box`.

export type Path = readonly (string | number)[]

export const placeOf = (path: Path): string =>
  path.reduce<string>((place, part) => (typeof part === 'number' ? `${place}[${part}]` : place ? `${place}.${part}` : part), '')

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => (inner !== null && typeof inner === 'object' ? (inner as Record<string | number, unknown>)[part] : undefined), value)
}

/** A copy with another value at the path; undefined takes the field away. */
export function withValue(value: unknown, path: Path, next: unknown): unknown {
  const [part, ...rest] = path
  if (part === undefined) return next
  if (typeof part === 'number') {
    const items = Array.isArray(value) ? [...(value as unknown[])] : []
    items[part] = withValue(items[part], rest, next)
    return items
  }
  const fields = { ...(value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}) }
  const inner = withValue(fields[part], rest, next)
  if (inner === undefined) return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== part))
  return { ...fields, [part]: inner }
}

/** Equal in what they say; the order of the fields does not matter. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object' || Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [Object.entries(a), Object.entries(b)]
  const other = b as Record<string, unknown>
  return left.length === right.length && left.every(([name, value]) => name in other && isSame(value, other[name]))
}
