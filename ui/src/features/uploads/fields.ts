// Fields of a schema in words.
import type { JsonSchema } from '@/api/types'

/** What a row may say beside its input. */
export const ENVELOPE = [
  { name: 'external_id', says: 'Your own id; the same one twice makes one task' },
  { name: 'priority', says: 'A whole number; lower is handed out earlier' },
  { name: 'batch', says: 'A name for this set of tasks' },
  { name: 'metadata', says: 'A JSON object that travels along' },
  { name: 'callback_url', says: 'An address that is told what happens to the task' },
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
