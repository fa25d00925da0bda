import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '@/api/types'
import { writtenBy } from '@/features/answers/long-numbers'
import { flawsOf } from '@/features/answers/schema-check'
import { exactly } from '@/lib/exact-json'

const LONG = '9007199254740993'
const schema: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    code: { type: 'string' },
    more: { type: 'array', items: { $ref: '#/$defs/entry' } },
  },
  $defs: { entry: { type: 'object', properties: { id: { type: ['integer', 'null'] } } } },
}

describe('a number that JavaScript would round', () => {
  const given = `{"id": ${LONG}, "code": "${LONG}", "more": [{"id": ${LONG}}, {"id": 7}]}`

  it('goes through the form digit by digit, and text stays text', () => {
    const answer = exactly<Record<string, unknown>>(given)
    expect(flawsOf(answer, schema)).toEqual([])
    const sent = writtenBy(answer, schema)
    expect(JSON.parse(sent)).toEqual(JSON.parse(given))
    expect(sent.match(new RegExp(`: ${LONG}`, 'g'))).toHaveLength(2)
    expect(sent).toContain(`"code": "${LONG}"`)
  })

  it('is still held to what the schema says about its size', () => {
    const small: JsonSchema = { type: 'object', properties: { id: { type: 'integer', maximum: 10 } } }
    expect(flawsOf({ id: LONG }, small)).toHaveLength(1)
    expect(flawsOf({ id: 'many' }, small)).toHaveLength(1)
  })
})
