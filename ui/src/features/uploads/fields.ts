// Fields of a schema in words.
import type { Json, JsonSchema, ProjectSchema } from '@/api/types'

/** What a row may say beside its input. */
export const ENVELOPE = [
  { name: 'external_id', says: 'Your own id; the same one twice makes one task' },
  { name: 'priority', says: 'A whole number; lower is handed out earlier' },
  { name: 'batch', says: 'A name for this set of tasks' },
  { name: 'metadata', says: 'A JSON object that travels along' },
  { name: 'callback_url', says: 'An address that is told what happens to the task' },
  { name: 'reserve_for', says: 'A member it is kept for: e-mail address, id, or a name that only one has' },
  { name: 'answers', says: 'A JSON object: by the step, an answer for people to start from' },
] as const

const TYPES: Record<string, string> = {
  string: 'text', number: 'a number', integer: 'a whole number', boolean: 'true or false', array: 'a JSON list', object: 'a JSON object', null: 'nothing',
}
const KINDS: Record<string, string> = { image: 'a picture: the id of an uploaded file, or its path in the ZIP', file: 'the id of an uploaded file, or its path in the ZIP', text: 'text' }

/** "one of north, south", "a number from 0", "a picture: the id of an uploaded file, or its path in the ZIP". */
export function meaningOf(field: JsonSchema): string {
  const kind = field['x-kind'] ? KINDS[field['x-kind']] : undefined
  const choices = field.enum?.map(String)
  const types = [field.type ?? []].flat().map((type) => TYPES[type] ?? type)
  const range = [field.minimum !== undefined && `from ${field.minimum}`, field.maximum !== undefined && `up to ${field.maximum}`].filter(Boolean).join(' ')
  const what = choices ? `one of ${choices.slice(0, 6).join(', ')}${choices.length > 6 ? ', …' : ''}` : (kind ?? [types.join(' or ') || 'any value', field.format, range].filter(Boolean).join(' '))
  return field.description ? `${field.description} (${what})` : what
}

/** Columns that hold answers for people to start from: of each step the whole, and each field. */
export const answerColumns = (schema: ProjectSchema): string[] => schema.prefills.flatMap((prefill) => prefill.columns).filter((name) => !(schema.input.properties ?? {})[name])

/** The column of the preview that a flaw belongs to: `answers.label.labels[0]` is told under `answer.label`. */
export function columnOf(field: string | null): string {
  const step = /^answers?\.([^.[]+)/.exec(field ?? '')?.[1]
  return step ? `answer.${step}` : (/^[^.[]*/.exec(field ?? '')?.[0] ?? '')
}

/** An answer in a cell: "2 regions", "question", "part: lid, urgent: true". */
export function answerInCell(answer: Json): string {
  const shown = ([name, value]: [string, unknown]): string => {
    if (Array.isArray(value) && value.some((one) => one !== null && typeof one === 'object')) return `${value.length} ${value.length === 1 ? name.replace(/s$/, '') : name}`
    return Array.isArray(value) ? value.join(', ') : value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
  const fields = Object.entries(answer).filter(([, value]) => !(Array.isArray(value) && value.length === 0))
  const [only] = fields
  if (only && fields.length === 1) return shown(only)
  return fields.map(([name, value]) => (Array.isArray(value) && typeof value[0] === 'object' ? shown([name, value]) : `${name}: ${shown([name, value])}`)).join(', ')
}
