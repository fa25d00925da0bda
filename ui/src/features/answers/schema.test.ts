// Schemas as forms: which field, which title, which flaws and where.
import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '@/api/types'
import { readNumber } from '@/features/answers/numbers'
import { defaultsOf, kindOf, newValue, optionsOf, resolved, titleOf } from '@/features/answers/schema'
import { UNREAD, flawsOf } from '@/features/answers/schema-check'

const root: JsonSchema = { type: 'object', $defs: { place: { type: 'object', properties: { city: { type: 'string' } } }, loop: { $ref: '#/$defs/loop' } } }
const kind = (schema: JsonSchema) => kindOf(resolved(schema, root), root)

describe('a field', () => {
  it('is chosen by the type, the format and the named values', () => {
    expect(kind({ type: 'string' })).toBe('text')
    expect(kind({ type: 'string', 'x-kind': 'text' })).toBe('longtext')
    expect(kind({ type: 'string', format: 'date' })).toBe('date')
    expect(kind({ type: ['integer', 'null'] })).toBe('number')
    expect(kind({ type: 'boolean' })).toBe('yesno')
    expect(kind({ enum: ['a', 'b'] })).toBe('choice')
    expect(kind({ oneOf: [{ const: 1, title: 'One' }, { const: 2, title: 'Two' }] })).toBe('choice')
    expect(kind({ type: 'array', items: { type: 'string' } })).toBe('list')
    expect(kind({ type: 'array', uniqueItems: true, items: { enum: ['a', 'b'] } })).toBe('choices')
    expect(kind({ $ref: '#/$defs/place' })).toBe('object')
  })

  it('is plain JSON where no form can say what the schema says', () => {
    expect(kind({ allOf: [{ type: 'object' }] })).toBe('json')
    expect(kind({ anyOf: [{ type: 'string' }, { type: 'number' }] })).toBe('json')
    expect(kind({})).toBe('json')
    expect(kind({ $ref: '#/$defs/loop' })).toBe('json')
    expect(kind({ $ref: 'https://example.org/x.json' })).toBe('json')
  })

  it('reads a choice with null as the other choice', () => {
    expect(resolved({ anyOf: [{ type: 'number', minimum: 1 }, { type: 'null' }], title: 'N' }, root)).toMatchObject({ type: 'number', minimum: 1, title: 'N', nullable: true })
  })

  it('is called by its title, or by its name in words', () => {
    expect(titleOf('invoice_date', {})).toBe('Invoice date')
    expect(titleOf('unitPrice', {})).toBe('Unit price')
    expect(titleOf('x', { title: 'The X' })).toBe('The X')
    expect(optionsOf({ oneOf: [{ const: 1, title: 'One' }, { const: 2 }] })).toEqual([{ value: 1, title: 'One' }, { value: 2, title: '2' }])
  })

  it('begins with its defaults and with nothing made up', () => {
    const schema: JsonSchema = { type: 'object', properties: { n: { type: 'integer', default: 1 }, s: { type: 'string' } } }
    expect(defaultsOf(schema, root)).toEqual({ n: 1 })
    expect(newValue(schema, root)).toEqual({ n: 1 })
    expect(newValue({ type: 'string' }, root)).toBeUndefined()
  })
})

describe('a typed number', () => {
  it('is a number when it is one, and stays text when it is none', () => {
    expect(readNumber(' 12.50 ')).toBe(12.5)
    expect(readNumber('−3')).toBe(-3)
    expect(readNumber('1.')).toBe(1)
    expect(readNumber('12a')).toBe('12a')
    expect(readNumber('')).toBeUndefined()
  })

  it('is never rounded behind anybody’s back', () => {
    expect(readNumber('12345678901234567890')).toBe('12345678901234567890')
  })
})

const schema: JsonSchema = {
  type: 'object',
  required: ['total', 'date'],
  properties: {
    total: { type: 'number', minimum: 0, maximum: 1000 },
    date: { type: 'string', format: 'date' },
    code: { type: 'string', pattern: '^[A-Z]{2}$', description: 'Two capitals.' },
    n: { type: 'integer' },
    colour: { enum: ['red', 'green'] },
    items: { type: 'array', minItems: 1, items: { type: 'object', required: ['price'], properties: { price: { type: 'number', exclusiveMinimum: 0 } } } },
  },
}
const good = { total: 5, date: '2026-02-28' }
const says = (change: object) => flawsOf({ ...good, ...change }, schema).map((flaw) => [flaw.place, flaw.says])

describe('an answer', () => {
  it('is accepted when it fits', () => {
    expect(flawsOf(good, schema)).toEqual([])
    expect(says({ items: [{ price: 0.5 }], code: 'AB', colour: 'red' })).toEqual([])
  })

  it('is told what is missing, by the titles people see', () => {
    expect(flawsOf({}, schema).map((flaw) => flaw.says)).toEqual(['Total is missing.', 'Date is missing.'])
  })

  it('is told each flaw at its place', () => {
    expect(says({ total: 2000 })).toEqual([['total', 'The most is 1,000.']])
    expect(says({ total: '12,5' })).toEqual([['total', 'Write it with a point: 12.5.']])
    expect(says({ total: '12345678901234567890' })).toEqual([['total', 'The most is 1,000.']])
    expect(says({ date: '2026-02-30' })).toEqual([['date', 'Write it as year-month-day: 2026-11-22.']])
    expect(says({ code: 'ab' })).toEqual([['code', 'This does not fit: Two capitals.']])
    expect(says({ n: 1.5 })).toEqual([['n', 'Give a whole number.']])
    expect(says({ colour: 'blue' })).toEqual([['colour', 'Choose one of the options.']])
    expect(says({ items: [] })).toEqual([['items', 'Give at least 1.']])
    expect(says({ items: [{ price: 1 }, { price: 0 }] })).toEqual([['items[1].price', 'Give more than 0.']])
    expect(says({ items: [{}] })).toEqual([['items[0].price', 'Price is missing.']])
    expect(says({ items: [{ price: 1 }, null] })).toEqual([['items[1]', 'Give a value, or take this entry away.']])
  })

  it('is not sent while a field is no JSON yet', () => {
    expect(flawsOf({ any: { [UNREAD]: '{"a"' } }, { type: 'object', properties: { any: {} } })).toEqual([{ place: 'any', says: 'This is not JSON yet.' }])
  })
})
