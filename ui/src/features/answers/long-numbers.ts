// An answer as JSON in which the numbers that JavaScript would round keep every digit.
import type { JsonSchema } from '@/api/types'
import { resolved } from '@/features/answers/schema'
import { type Exact, exactOf, isLongNumber, written } from '@/lib/exact-json'

/** Text of many digits stands for a number where the schema asks for one; everywhere else it stays text. */
export const writtenBy = (answer: unknown, schema: JsonSchema): string => written(numbered(exactOf(answer), schema, schema))

function numbered(value: Exact, schema: JsonSchema | undefined, root: JsonSchema): Exact {
  const rule = resolved(schema, root)
  if (value.kind === 'object') return { ...value, fields: value.fields.map(([name, field]) => [name, numbered(field, rule.properties?.[name], root)]) }
  if (value.kind === 'list') return { ...value, items: value.items.map((item) => numbered(item, rule.items, root)) }
  const isNumber = rule.type === 'integer' || rule.type === 'number'
  const text: unknown = isNumber ? JSON.parse(value.raw) : null
  return isLongNumber(text) ? { kind: 'scalar', raw: text } : value
}
