// One example row of a project's input, as a file would have it.
import type { Json, ProjectSchema } from '@/api/types'

type Example = Pick<ProjectSchema, 'example' | 'prefills'>

const cell = (value: unknown): string => {
  const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Answers that a row may bring along, those that an example can be made up for. */
const answersOf = ({ prefills }: Example): Record<string, Json> => Object.fromEntries(prefills.flatMap(({ step, example }) => (example ? [[step, example]] : [])))

export function exampleCsv(schema: Example): string {
  const row: Json = { ...schema.example, external_id: 'row-1' }
  for (const [step, answer] of Object.entries(answersOf(schema))) row[`answer.${step}`] = answer
  return `${Object.keys(row).map(cell).join(',')}\n${Object.values(row).map(cell).join(',')}\n`
}

export function exampleJsonl(schema: Example): string {
  const answers = answersOf(schema)
  return `${JSON.stringify({ input: schema.example, external_id: 'row-1', ...(Object.keys(answers).length > 0 ? { answers } : {}) })}\n`
}
