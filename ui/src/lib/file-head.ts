// What the first lines of a file of tasks tell before it is sent: its format and the names it uses.

export type TaskFormat = 'csv' | 'json' | 'jsonl'

export const HEAD_BYTES = 64_000

const BY_ENDING: Record<string, TaskFormat> = { csv: 'csv', tsv: 'csv', txt: 'csv', json: 'json', jsonl: 'jsonl', ndjson: 'jsonl' }

export const formatOf = (fileName: string): TaskFormat | null => BY_ENDING[fileName.split('.').pop()?.toLowerCase() ?? ''] ?? null

/** The names of the columns, or of the keys of the first row; null when the beginning does not tell. */
export function namesIn(head: string, format: TaskFormat, known: readonly string[]): string[] | null {
  const text = head.replace(/^\uFEFF/, '')
  if (format === 'csv') return csvNames(text, known)
  const row = format === 'jsonl' ? text.split('\n').find((line) => line.trim()) : firstObject(text)
  return row ? keysOf(row) : null
}

/** The delimiter under which most names are known, the comma where none is better; as the server reads it. */
function csvNames(text: string, known: readonly string[]): string[] | null {
  const line = text.split(/\r\n|\n|\r/, 1)[0] ?? ''
  if (!line.trim()) return null
  let best: { rank: number; names: string[] } | null = null
  for (const delimiter of [',', ';', '\t', '|']) {
    const names = cellsOf(line, delimiter).map((cell) => cell.trim())
    const rank = names.filter((name) => known.includes(name)).length * 1000 + names.length
    if (!best || rank > best.rank) best = { rank, names }
  }
  return best?.names ?? null
}

function cellsOf(line: string, delimiter: string): string[] {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at)
    if (sign === '"' && quoted && line.charAt(at + 1) === '"') {
      cell += '"'
      at += 1
    } else if (sign === '"') quoted = !quoted
    else if (sign === delimiter && !quoted) {
      cells.push(cell)
      cell = ''
    } else cell += sign
  }
  return [...cells, cell]
}

/** The text of the first {...} inside; null when it is longer than the head. */
function firstObject(text: string): string | null {
  const start = text.indexOf('{')
  if (start === -1) return null
  let depth = 0
  let quoted = false
  for (let at = start; at < text.length; at += 1) {
    const sign = text.charAt(at)
    if (quoted) {
      if (sign === '\\') at += 1
      else if (sign === '"') quoted = false
    } else if (sign === '"') quoted = true
    else if (sign === '{') depth += 1
    else if (sign === '}') {
      depth -= 1
      if (depth === 0) return text.slice(start, at + 1)
    }
  }
  return null
}

function keysOf(row: string): string[] | null {
  try {
    const value = JSON.parse(row) as Record<string, unknown>
    if (Array.isArray(value.tasks) && value.tasks[0]) return keysOf(JSON.stringify(value.tasks[0]))
    const inner = value.input
    if (inner && typeof inner === 'object' && !Array.isArray(inner)) {
      return [...Object.keys(inner), ...Object.keys(value).filter((key) => key !== 'input')]
    }
    return Object.keys(value)
  } catch {
    return null
  }
}
