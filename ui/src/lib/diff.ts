// What changed between two texts, line by line, and only the neighbourhood of each change.

export interface DiffLine {
  kind: 'same' | 'gone' | 'new'
  text: string
  /** Line numbers from 1, on the side where the line exists. */
  before?: number
  after?: number
}

/** A run of lines, or the number of equal lines that are left out. */
export type DiffPart = { lines: DiffLine[] } | { skipped: number }

// A table of the common lines grows with the product of both lengths; flows have some hundred lines.
const CELLS_MAX = 4_000_000

export function diffLines(before: string, after: string): DiffLine[] {
  const left = split(before)
  const right = split(after)
  let head = 0
  while (head < left.length && head < right.length && left[head] === right[head]) head += 1
  let tail = 0
  while (tail < left.length - head && tail < right.length - head && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail += 1
  const lines: DiffLine[] = []
  let from = 1
  let to = 1
  const same = (text: string) => lines.push({ kind: 'same', text, before: from++, after: to++ })
  const gone = (text: string) => lines.push({ kind: 'gone', text, before: from++ })
  const fresh = (text: string) => lines.push({ kind: 'new', text, after: to++ })
  left.slice(0, head).forEach(same)
  for (const [kind, text] of between(left.slice(head, left.length - tail), right.slice(head, right.length - tail))) {
    if (kind === 'same') same(text)
    else if (kind === 'gone') gone(text)
    else fresh(text)
  }
  left.slice(left.length - tail).forEach(same)
  return lines
}

const split = (text: string): string[] => {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function* between(left: string[], right: string[]): Generator<[DiffLine['kind'], string]> {
  if (left.length * right.length > CELLS_MAX) {
    for (const text of left) yield ['gone', text]
    for (const text of right) yield ['new', text]
    return
  }
  const wide = right.length + 1
  // common[i, j]: how many lines the rests of both have in common, in order.
  const common = new Uint32Array((left.length + 1) * wide)
  const at = (i: number, j: number) => common[i * wide + j] ?? 0
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      common[i * wide + j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    const [one, other] = [left[i], right[j]]
    if (one !== undefined && one === other) {
      yield ['same', one]
      i += 1
      j += 1
    } else if (one !== undefined && (other === undefined || at(i + 1, j) >= at(i, j + 1))) {
      yield ['gone', one]
      i += 1
    } else {
      yield ['new', other ?? '']
      j += 1
    }
  }
}

/** The changes with some equal lines round them; longer equal stretches become a number. */
export function partsOf(lines: DiffLine[], context = 3): DiffPart[] {
  const near = new Set<number>()
  lines.forEach((line, at) => {
    if (line.kind === 'same') return
    for (let other = at - context; other <= at + context; other += 1) near.add(other)
  })
  const parts: DiffPart[] = []
  lines.forEach((line, at) => {
    const last = parts.at(-1)
    if (near.has(at)) {
      if (last && 'lines' in last) last.lines.push(line)
      else parts.push({ lines: [line] })
    } else if (last && 'skipped' in last) last.skipped += 1
    else parts.push({ skipped: 1 })
  })
  return parts
}

export const changed = (lines: DiffLine[]): { added: number; removed: number } => ({
  added: lines.filter((line) => line.kind === 'new').length,
  removed: lines.filter((line) => line.kind === 'gone').length,
})
