// What there is to look at in an input, and the viewer each value asks for. Pure.
import { looksLikeFile } from '@/api/files'
import type { File, Id, Json, JsonSchema } from '@/api/types'

export interface Shown {
  title: string
  value: unknown
  kind: 'picture' | 'file' | 'text' | 'table' | 'json' | 'scalar'
}

type Files = Readonly<Record<Id, File>>

export function shownAs(title: string, value: unknown, files: Files, asked?: string): Shown {
  return { title, value, kind: kindOf(value, files, asked) }
}

function kindOf(value: unknown, files: Files, asked?: string): Shown['kind'] {
  if (typeof value === 'string') {
    const file = files[value]
    if (file) return file.media_type.startsWith('image/') ? 'picture' : 'file'
    if (asked === 'image' && looksLikeFile(value)) return 'picture'
    return value.length > 60 || value.includes('\n') || asked === 'text' ? 'text' : 'scalar'
  }
  if (Array.isArray(value) && value.length > 0 && value.every((row) => row !== null && typeof row === 'object' && !Array.isArray(row))) return 'table'
  return value !== null && typeof value === 'object' ? 'json' : 'scalar'
}

const titleOf = (name: string): string => name.replaceAll('_', ' ')

/** The fields of an input in the order of its schema; a list of pictures becomes several. */
export function shownOfInput(input: Json, schema: JsonSchema | null, files: Files): Shown[] {
  const ordered = [...new Set([...Object.keys(schema?.properties ?? {}), ...Object.keys(input)])].filter((name) => input[name] !== undefined && input[name] !== null)
  return ordered.flatMap((name) => spread(titleOf(schema?.properties?.[name]?.title ?? name), input[name], files, schema?.properties?.[name]?.['x-kind']))
}

function spread(title: string, value: unknown, files: Files, asked?: string): Shown[] {
  const isFiles = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && files[one])
  if (!isFiles) return [shownAs(title, value, files, asked)]
  return (value as string[]).map((one, at) => shownAs(value.length > 1 ? `${title} ${at + 1}` : title, one, files, asked))
}

/** What a step shows: what it names, else the input of the task. */
export function shownOfStep(step: Json, input: Json, schema: JsonSchema | null, files: Files): Shown[] {
  const named: Shown[] = []
  if (step['image'] !== undefined && step['image'] !== null) named.push(...spread('picture', step['image'], files, 'image'))
  if (Array.isArray(step['show'])) step['show'].forEach((value: unknown, at) => value !== null && named.push(...spread(nameIn(input, value) ?? (typeof value === 'string' && !looksLikeFile(value) ? 'text' : `shown ${at + 1}`), value, files)))
  if (typeof step['text'] === 'string') named.push(shownAs('text', step['text'], files, 'text'))
  return named.length > 0 ? named : shownOfInput(input, schema, files)
}

/** The field of the input that holds this very value, for its name. */
function nameIn(input: Json, value: unknown): string | undefined {
  const found = Object.entries(input).find(([, one]) => one === value)
  return found && titleOf(found[0])
}

/** Every column that a row has, in the order of their first appearance. */
export const columnsOf = (rows: readonly Json[]): string[] => [...new Set(rows.slice(0, 200).flatMap((row) => Object.keys(row)))]
