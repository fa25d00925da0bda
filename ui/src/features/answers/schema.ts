// JSON Schema as a form: which field a schema asks for, what it is called, and a new value for it. Pure.
import type { JsonSchema } from '@/api/types'

export type FieldKind = 'choice' | 'choices' | 'text' | 'longtext' | 'number' | 'yesno' | 'date' | 'datetime' | 'object' | 'list' | 'json'

export interface Option {
  value: unknown
  title: string
}

/** A schema with its references followed; a choice with null is the other choice, marked as nullable. */
export function resolved(schema: JsonSchema | boolean | undefined, root: JsonSchema, depth = 0): JsonSchema & { nullable?: boolean } {
  if (schema === undefined || typeof schema === 'boolean') return {}
  if (typeof schema.$ref === 'string' && depth < 20) {
    const { $ref, ...beside } = schema
    return { ...resolved(atPointer(root, $ref), root, depth + 1), ...beside }
  }
  const choices = schema.anyOf ?? schema.oneOf
  const others = choices?.filter((choice) => choice.type !== 'null')
  if (choices && others?.length === 1 && others[0] && choices.length === 2) {
    return { ...schema, anyOf: undefined, oneOf: undefined, ...resolved(others[0], root, depth + 1), nullable: true }
  }
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null')
    if (types.length === 1) return { ...schema, type: types[0], nullable: types.length < schema.type.length }
  }
  return schema
}

function atPointer(root: JsonSchema, pointer: string): JsonSchema {
  if (!pointer.startsWith('#')) return {}
  const parts = pointer.slice(1).split('/').filter(Boolean).map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
  const found = parts.reduce<unknown>((inner, part) => (inner !== null && typeof inner === 'object' ? (inner as Record<string, unknown>)[part] : undefined), root)
  return (found as JsonSchema | undefined) ?? {}
}

const LONG_TEXT_CHARS = 300
const BEYOND_US = ['allOf', 'not', 'if', 'patternProperties', 'dependentSchemas', 'prefixItems', 'contains'] as const

/** The field for a resolved schema; "json" where no form can say what the schema says. */
export function kindOf(schema: JsonSchema, root: JsonSchema): FieldKind {
  if (optionsOf(schema)) return 'choice'
  if (BEYOND_US.some((word) => word in schema) || schema.anyOf || schema.oneOf) return 'json'
  switch (schema.type ?? (schema.properties ? 'object' : undefined)) {
    case 'string':
      if (schema.format === 'date') return 'date'
      if (schema.format === 'date-time') return 'datetime'
      return schema['x-kind'] === 'text' || schema.format === 'textarea' || (schema.maxLength ?? 0) >= LONG_TEXT_CHARS ? 'longtext' : 'text'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'yesno'
    case 'object':
      return schema.properties ? 'object' : 'json'
    case 'array': {
      if (schema.items === undefined || Array.isArray(schema.items)) return 'json'
      const items = resolved(schema.items, root)
      return optionsOf(items) && schema['uniqueItems'] === true ? 'choices' : 'list'
    }
    default:
      return 'json'
  }
}

/** What may be chosen, where the schema names every value. */
export function optionsOf(schema: JsonSchema): Option[] | null {
  if (schema.enum) return schema.enum.filter((value) => value !== null).map((value) => ({ value, title: wordsOf(value) }))
  const named = schema.oneOf ?? schema.anyOf
  if (named && named.length > 1 && named.every((choice) => 'const' in choice)) return named.map((choice) => ({ value: choice.const, title: choice.title ?? wordsOf(choice.const) }))
  if ('const' in schema) return [{ value: schema.const, title: wordsOf(schema.const) }]
  return null
}

const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** "invoice_date" as "Invoice date", unless the schema gives a title. */
export function titleOf(name: string, schema: JsonSchema): string {
  if (schema.title) return schema.title
  const words = name.replaceAll(/[_-]+/g, ' ').replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().trim()
  return words ? words.charAt(0).toUpperCase() + words.slice(1) : name
}

/** What a new entry of a list begins as. */
export function newValue(schema: JsonSchema, root: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default
  const kind = kindOf(schema, root)
  return kind === 'object' ? defaultsOf(schema, root) : kind === 'list' || kind === 'choices' ? [] : undefined
}

/** The defaults that an object's schema declares; nothing else is made up. */
export function defaultsOf(schema: JsonSchema, root: JsonSchema): Record<string, unknown> {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const inner = resolved(field, root)
    if (inner.default !== undefined) return [[name, inner.default] as const]
    return []
  })
  return Object.fromEntries(fields)
}
