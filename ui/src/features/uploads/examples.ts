// One example row of a project's input, as a file would have it.
import type { Json } from '@/api/types'

const cell = (value: unknown): string => {
  const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const exampleCsv = (example: Json): string =>
  `${[...Object.keys(example), 'external_id'].map(cell).join(',')}\n${[...Object.values(example), 'row-1'].map(cell).join(',')}\n`

export const exampleJsonl = (example: Json): string => `${JSON.stringify({ input: example, external_id: 'row-1' })}\n`
