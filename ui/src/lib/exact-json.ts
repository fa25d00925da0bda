// JSON as it was written: parsed into pieces that keep the very digits, so that large whole numbers are not rounded.

export type Exact =
  | { kind: 'object'; fields: [string, Exact][] }
  | { kind: 'list'; items: Exact[] }
  /** `raw` is the text in the document: a number, a quoted string, true, false, null. */
  | { kind: 'scalar'; raw: string }

const SPACE = /\s*/y
const SCALAR = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

class Reader {
  private at = 0
  constructor(private readonly text: string) {}

  all(): Exact {
    const value = this.value()
    this.space()
    if (this.at < this.text.length) throw new SyntaxError(`Unexpected text at ${this.at}`)
    return value
  }

  private space(): void {
    SPACE.lastIndex = this.at
    SPACE.test(this.text)
    this.at = SPACE.lastIndex
  }

  private take(sign: string): boolean {
    this.space()
    if (this.text[this.at] !== sign) return false
    this.at += 1
    return true
  }

  private expect(sign: string): void {
    if (!this.take(sign)) throw new SyntaxError(`Expected ${sign} at ${this.at}`)
  }

  private scalar(): string {
    this.space()
    SCALAR.lastIndex = this.at
    const found = SCALAR.exec(this.text)
    if (!found) throw new SyntaxError(`Unexpected text at ${this.at}`)
    this.at = SCALAR.lastIndex
    return found[0]
  }

  private value(): Exact {
    if (this.take('{')) return { kind: 'object', fields: this.until('}', () => this.field()) }
    if (this.take('[')) return { kind: 'list', items: this.until(']', () => this.value()) }
    return { kind: 'scalar', raw: this.scalar() }
  }

  private field(): [string, Exact] {
    const name = this.scalar()
    if (!name.startsWith('"')) throw new SyntaxError(`Expected a name before ${this.at}`)
    this.expect(':')
    return [JSON.parse(name) as string, this.value()]
  }

  private until<T>(end: string, one: () => T): T[] {
    const found: T[] = []
    if (this.take(end)) return found
    for (;;) {
      found.push(one())
      if (this.take(end)) return found
      this.expect(',')
    }
  }
}

export const readExact = (text: string): Exact => new Reader(text).all()

export const exactOf = (value: unknown): Exact => readExact(JSON.stringify(value) ?? 'null')

export const fieldOf = (value: Exact, name: string): Exact | undefined =>
  value.kind === 'object' ? value.fields.find(([key]) => key === name)?.[1] : undefined

const LINE_CHARS = 80

/** Indented by two; a list or object that fits on a line stands on one. */
export function written(value: Exact, indent = ''): string {
  if (value.kind === 'scalar') return value.raw
  const [open, close] = value.kind === 'object' ? ['{', '}'] : ['[', ']']
  const inner = `${indent}  `
  const parts =
    value.kind === 'object'
      ? value.fields.map(([name, field]) => `${JSON.stringify(name)}: ${written(field, inner)}`)
      : value.items.map((item) => written(item, inner))
  if (parts.length === 0) return open + close
  const short = parts.join(', ')
  const isFlat = value.kind === 'list' && value.items.every((item) => item.kind === 'scalar')
  if (isFlat && short.length + indent.length < LINE_CHARS) return `${open}${short}${close}`
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`
}

const isRounded = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)

/** Whether a parsed value holds a whole number that the page could not keep exactly. */
export const hasRounded = (value: unknown): boolean =>
  isRounded(value) || (value !== null && typeof value === 'object' && Object.values(value).some(hasRounded))

/** A parsed value with its rounded numbers as the text they were written in. For reading only. */
export function unrounded<T>(value: T, exact: Exact | undefined): T {
  if (exact === undefined) return value
  if (isRounded(value)) return (exact.kind === 'scalar' ? exact.raw : value) as T
  if (Array.isArray(value)) return value.map((item: unknown, at) => unrounded(item, exact.kind === 'list' ? exact.items[at] : undefined)) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, unrounded(field as unknown, fieldOf(exact, name))])) as T
}

/** JSON whose whole numbers are exact: those that JavaScript would round come as the text they were written in. */
export function exactly<T>(text: string): T {
  const value = JSON.parse(text) as T
  return hasRounded(value) ? unrounded(value, readExact(text)) : value
}

/** Text that stands for a whole number which JavaScript would round. */
export const isLongNumber = (value: unknown): value is string => typeof value === 'string' && /^-?\d{16,}$/.test(value)
