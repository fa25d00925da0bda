// What is wrong with an answer, before the server is asked: the commonest rules, in the server's manner and places.
import type { JsonSchema } from '@/api/types'
import { kindOf, optionsOf, resolved, titleOf } from '@/features/answers/schema'
import { type Path, isSame, placeOf } from '@/lib/at-path'
import { isLongNumber } from '@/lib/exact-json'
import { count } from '@/lib/format'

export interface Flaw {
  place: string
  says: string
}

/** What a field that could not be read as JSON holds until it can. */
export const UNREAD = '\u0000unread'
export const isUnread = (value: unknown): value is { [UNREAD]: string } => value !== null && typeof value === 'object' && UNREAD in value

export function flawsOf(value: unknown, schema: JsonSchema, root: JsonSchema = schema, path: Path = []): Flaw[] {
  const rule = resolved(schema, root)
  const flaw = (says: string): Flaw[] => [{ place: placeOf(path), says }]
  if (value === undefined) return []
  if (isUnread(value)) return flaw('This is not JSON yet.')
  if (value === null) return rule.nullable || rule.type === undefined || rule.type === 'null' ? [] : flaw('Give a value.')
  switch (kindOf(rule, root)) {
    case 'choice':
      return optionsOf(rule)?.some((option) => isSame(option.value, value)) ? [] : flaw('Choose one of the options.')
    case 'number':
      return numberFlaws(value, rule, flaw)
    case 'yesno':
      return typeof value === 'boolean' ? [] : flaw('Choose yes or no.')
    case 'text':
    case 'longtext':
    case 'date':
    case 'datetime':
      return textFlaws(value, rule, flaw)
    case 'object':
      return objectFlaws(value, rule, root, path)
    case 'choices':
    case 'list':
      return listFlaws(value, rule, root, path)
    default:
      return []
  }
}

type Say = (says: string) => Flaw[]

function numberFlaws(given: unknown, rule: JsonSchema, flaw: Say): Flaw[] {
  const value = isLongNumber(given) ? Number(given) : given
  if (typeof value === 'string' && /^-?\d+,\d+$/.test(value)) return flaw(`Write it with a point: ${value.replace(',', '.')}.`)
  if (typeof value !== 'number') return flaw('This is not a number.')
  if (rule.type === 'integer' && !Number.isInteger(value)) return flaw('Give a whole number.')
  const [above, below, step] = [rule['exclusiveMinimum'], rule['exclusiveMaximum'], rule['multipleOf']]
  if (rule.minimum !== undefined && value < rule.minimum) return flaw(`The least is ${count(rule.minimum)}.`)
  if (rule.maximum !== undefined && value > rule.maximum) return flaw(`The most is ${count(rule.maximum)}.`)
  if (typeof above === 'number' && value <= above) return flaw(`Give more than ${count(above)}.`)
  if (typeof below === 'number' && value >= below) return flaw(`Give less than ${count(below)}.`)
  if (typeof step === 'number' && Math.abs(value / step - Math.round(value / step)) > 1e-9) return flaw(`Give a multiple of ${step}.`)
  return []
}

function textFlaws(value: unknown, rule: JsonSchema, flaw: Say): Flaw[] {
  if (typeof value !== 'string') return flaw('Give text.')
  const length = [...value].length
  if (rule.minLength !== undefined && length < rule.minLength) return flaw(`Give at least ${count(rule.minLength)} characters.`)
  if (rule.maxLength !== undefined && length > rule.maxLength) return flaw(`${count(length)} characters; the most is ${count(rule.maxLength)}.`)
  if (rule.format === 'date' && !isDate(value)) return flaw('Write it as year-month-day: 2026-11-22.')
  if (rule.format === 'email' && !/^[^@\s]+@[^@\s]+$/.test(value)) return flaw('Write it as name@example.org.')
  if (rule.pattern !== undefined && !fits(value, rule.pattern)) return flaw(rule.description ? `This does not fit: ${rule.description}` : `This does not fit the pattern ${rule.pattern}`)
  return []
}

const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)

function fits(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text)
  } catch {
    return true // another dialect of patterns: the server will say
  }
}

function objectFlaws(value: unknown, rule: JsonSchema, root: JsonSchema, path: Path): Flaw[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ place: placeOf(path), says: 'Give an object.' }]
  const fields = value as Record<string, unknown>
  const missing = (rule.required ?? [])
    .filter((name) => fields[name] === undefined)
    .map((name) => ({ place: placeOf([...path, name]), says: `${titleOf(name, resolved(rule.properties?.[name], root))} is missing.` }))
  const inner = Object.entries(rule.properties ?? {}).flatMap(([name, field]) => flawsOf(fields[name], field, root, [...path, name]))
  return [...missing, ...inner]
}

function listFlaws(value: unknown, rule: JsonSchema, root: JsonSchema, path: Path): Flaw[] {
  const place = placeOf(path)
  if (!Array.isArray(value)) return [{ place, says: 'Give a list.' }]
  const [least, most] = [rule['minItems'], rule['maxItems']]
  if (typeof least === 'number' && value.length < least) return [{ place, says: `Give at least ${count(least)}.` }]
  if (typeof most === 'number' && value.length > most) return [{ place, says: `Give at most ${count(most)}.` }]
  return value.flatMap((item, at) => {
    const field = rule.items ?? {}
    if (item === undefined || item === null) return resolved(field, root).nullable ? [] : [{ place: placeOf([...path, at]), says: 'Give a value, or take this entry away.' }]
    return flawsOf(item, field, root, [...path, at])
  })
}
