// An answer in a few words, and its regions as shapes over the picture. Pure.
import type { Answer, Json } from '@/api/types'
import type { Shape } from '@/lib/shapes'

interface Box {
  text?: string
  box?: [number, number, number, number]
  score?: number
}

/** The regions of an answer, or the lines of a transcription; their ids are made the answer's own. */
export function shapesOf(answer: Pick<Answer, 'id' | 'data'>): Shape[] {
  const { regions, lines } = answer.data as { regions?: unknown; lines?: unknown }
  if (Array.isArray(regions)) {
    return regions.filter((region): region is Shape => region !== null && typeof region === 'object' && 'shape' in region).map((region, at) => ({ ...region, id: `${answer.id} ${region.id ?? at}` }))
  }
  if (!Array.isArray(lines)) return []
  return (lines as Box[]).flatMap((line, at) => (line?.box ? [{ id: `${answer.id} ${at}`, label: 'line', text: line.text, shape: 'rectangle' as const, box: line.box }] : []))
}

/** "5 item, 1 total" */
export function labelSummary(shapes: readonly Shape[]): string {
  const counts = new Map<string, number>()
  for (const { label } of shapes) counts.set(label || 'no label', (counts.get(label || 'no label') ?? 0) + 1)
  const parts = [...counts].map(([label, n]) => `${n} ${label}`)
  return parts.length > 6 ? `${parts.slice(0, 6).join(', ')} and ${parts.length - 6} more labels` : parts.join(', ') || 'no regions'
}

/** The fields that are not regions, for a plain list of names and values. */
export const plainFields = (data: Json): [string, unknown][] => Object.entries(data).filter(([name]) => !['regions', 'lines', 'scores', 'score', 'image'].includes(name))

/** The answers of each step, steps in the order of the flow, newest answer first; others at the end. */
export function byStep(answers: readonly Answer[], order: readonly string[]): [string, Answer[]][] {
  const steps = [...new Set([...order, ...answers.map((answer) => answer.step)])]
  return steps.map((step): [string, Answer[]] => [step, answers.filter((answer) => answer.step === step).sort((a, b) => b.created_at.localeCompare(a.created_at))]).filter(([, list]) => list.length > 0)
}

/** The layer that is shown before anybody chooses: the newest final answer with regions, else the newest with regions. */
export function usualLayer(answers: readonly Answer[]): string | null {
  const drawn = answers.filter((answer) => shapesOf(answer).length > 0).sort((a, b) => b.created_at.localeCompare(a.created_at))
  return (drawn.find((answer) => answer.is_final) ?? drawn[0])?.id ?? null
}

/** A value within a value, as people say it: names with what they hold, and never as JSON. */
export function inWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'object') return String(value)
  const inner = (one: unknown) => (one !== null && typeof one === 'object' ? `(${inWords(one)})` : inWords(one))
  if (Array.isArray(value)) return value.map(inner).join(', ') || 'none'
  return Object.entries(value).map(([name, one]) => `${name}: ${inner(one)}`).join(', ') || 'nothing'
}
