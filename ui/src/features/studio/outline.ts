// The bones of a flow while it is being written: its input fields and its steps, with their lines, also when half of it is wrong.
import { yamlLanguage } from '@codemirror/lang-yaml'
import type { SyntaxNode } from '@lezer/common'

export interface OutlineStep {
  id: string
  use: string | null
  by: string[]
  line: number
  /** It happens only under a condition. */
  when: boolean
}

export interface OutlineField {
  name: string
  title: string | null
  kind: string
  required: boolean
  choices: string[]
  line: number
}

export interface Outline {
  fields: OutlineField[]
  steps: OutlineStep[]
}

type Value = string | Value[] | Map<string, Entry>
interface Entry {
  at: number
  value: Value
}

export function outlineOf(source: string): Outline {
  const root = rootOf(source)
  const lineOf = (at: number) => source.slice(0, at).split('\n').length
  const steps = valueAt(root, 'steps')
  return {
    fields: fieldsOf(valueAt(root, 'input'), lineOf),
    steps: Array.isArray(steps) ? steps.flatMap((step) => stepOf(step, lineOf)) : [],
  }
}

function rootOf(source: string): Value {
  const document = yamlLanguage.parser.parse(source).topNode.getChild('Document')
  const content = document && children(document).find((node) => COLLECTIONS.has(node.name))
  return content ? read(content, source) : ''
}

const COLLECTIONS = new Set(['BlockMapping', 'FlowMapping', 'BlockSequence', 'FlowSequence'])

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child)
  return found
}

function read(node: SyntaxNode, source: string): Value {
  switch (node.name) {
    case 'BlockMapping':
    case 'FlowMapping':
      return new Map(node.getChildren('Pair').flatMap((pair): [string, Entry][] => {
        const key = pair.getChild('Key')
        if (!key) return []
        const value = children(pair).findLast((child) => child.name !== 'Key' && isContent(child))
        return [[scalar(key.firstChild ?? key, source), { at: key.from, value: value ? read(value, source) : '' }]]
      }))
    case 'BlockSequence':
    case 'FlowSequence':
      return node.getChildren('Item').map((item) => {
        const inner = children(item).find(isContent)
        return inner ? read(inner, source) : ''
      })
    default:
      return scalar(node, source)
  }
}

const isContent = (node: SyntaxNode) => COLLECTIONS.has(node.name) || ['Literal', 'QuotedLiteral', 'BlockLiteral'].includes(node.name)

function scalar(node: SyntaxNode, source: string): string {
  const text = source.slice(node.from, node.to)
  return node.name === 'QuotedLiteral' ? text.slice(1, -1) : text.trim()
}

const entryAt = (value: Value | undefined, key: string): Entry | undefined => (value instanceof Map ? value.get(key) : undefined)
const valueAt = (value: Value | undefined, key: string): Value | undefined => entryAt(value, key)?.value
const textAt = (value: Value | undefined, key: string): string | null => {
  const text = valueAt(value, key)
  return typeof text === 'string' && text !== '' ? text : null
}
const words = (value: Value | undefined): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : typeof value === 'string' && value !== '' ? [value] : []

function stepOf(step: Value, lineOf: (at: number) => number): OutlineStep[] {
  if (!(step instanceof Map)) return []
  const first = [...step.values()][0]
  return [
    {
      id: textAt(step, 'id') ?? '?',
      use: textAt(step, 'use'),
      by: words(valueAt(step, 'by')),
      line: lineOf(entryAt(step, 'id')?.at ?? first?.at ?? 0),
      when: step.has('when'),
    },
  ]
}

function fieldsOf(input: Value | undefined, lineOf: (at: number) => number): OutlineField[] {
  const properties = valueAt(input, 'properties')
  if (!(properties instanceof Map)) return []
  const required = new Set(words(valueAt(input, 'required')))
  return [...properties].map(([name, { at, value }]) => ({
    name,
    title: textAt(value, 'title'),
    kind: textAt(value, 'x-kind') ?? textAt(value, 'format') ?? (words(valueAt(value, 'type')).join(' or ') || 'anything'),
    required: required.has(name),
    choices: words(valueAt(value, 'enum')),
    line: lineOf(at),
  }))
}
