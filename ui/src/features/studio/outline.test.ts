// The outline of flows, whole and broken.
import { expect, it } from 'vitest'
import { outlineOf } from '@/features/studio/outline'

const flow = `# receipts
input:
  type: object
  required: [photo]
  properties:
    photo: {type: string, x-kind: image, title: "Photo"}
    shop:
      type: string
      enum: [north, south]
steps:
  - id: find
    use: annotate
    by: local/text
    with: {image: "{{ input.photo }}"}
  - id: amount
    use: fill
    by: [people, ollama/qwen3]
    when: {find.score: {lt: 0.8}}
`

it('finds steps with who does them and where they stand', () => {
  expect(outlineOf(flow).steps).toEqual([
    { id: 'find', use: 'annotate', by: ['local/text'], line: 11, when: false },
    { id: 'amount', use: 'fill', by: ['people', 'ollama/qwen3'], line: 15, when: true },
  ])
})

it('finds the fields of the input, written short or long', () => {
  expect(outlineOf(flow).fields).toEqual([
    { name: 'photo', title: 'Photo', kind: 'image', required: true, choices: [], line: 6 },
    { name: 'shop', title: null, kind: 'string', required: false, choices: ['north', 'south'], line: 7 },
  ])
})

it('reads a flow written as JSON', () => {
  const json = '{"input": {"properties": {"text": {"type": "string"}}},\n "steps": [{"id": "a", "use": "classify", "by": "people"}]}'
  expect(outlineOf(json).steps).toEqual([{ id: 'a', use: 'classify', by: ['people'], line: 2, when: false }])
})

it('still shows what it can while a step is being typed', () => {
  const { steps } = outlineOf(`${flow}  - id: check\n    use`)
  expect(steps.map((step) => step.id)).toEqual(['find', 'amount', 'check'])
})

it('has nothing to show of nothing', () => {
  expect(outlineOf('')).toEqual({ fields: [], steps: [] })
  expect(outlineOf('steps: 3')).toEqual({ fields: [], steps: [] })
})
