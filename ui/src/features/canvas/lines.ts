// Lines of a transcription: their boxes as regions of the canvas, their text as one piece.
import type { Json, Region } from '@/api/types'
import type { Box } from '@/features/canvas/geometry'

export interface TextLine {
  text: string
  box: Box
  score?: number
}

export interface Transcription {
  text: string
  lines: TextLine[]
}

const isLine = (line: unknown): line is TextLine => {
  const { text, box } = (line ?? {}) as Partial<TextLine>
  return typeof text === 'string' && Array.isArray(box) && box.length === 4
}

export function transcriptionOf(answer: Json | null): Transcription {
  const lines = Array.isArray(answer?.['lines']) ? answer['lines'].filter(isLine) : []
  const text = answer?.['text']
  return { text: typeof text === 'string' ? text : lines.map((line) => line.text).join('\n'), lines }
}

/** With other lines; the whole text follows them. */
export const withLines = (lines: TextLine[]): Transcription => ({ text: lines.map((line) => line.text).join('\n'), lines })

/** With another text; the lines follow when there are as many of them as there were. */
export function withText({ lines }: Transcription, text: string): Transcription {
  const pieces = text.split('\n')
  if (lines.length === 0 || pieces.length !== lines.length) return { text, lines }
  return { text, lines: lines.map((line, at) => (line.text === pieces[at] ? line : unscored({ ...line, text: pieces[at] ?? '' }))) }
}

export const areInStep = ({ text, lines }: Transcription): boolean => lines.length === 0 || text === lines.map((line) => line.text).join('\n')

/** A line that a person has changed carries no model's score. */
export function unscored(line: TextLine): TextLine {
  const { score, ...rest } = line
  return score === undefined ? line : rest
}

export const asRegions = (lines: readonly TextLine[]): Region[] => lines.map((line, at) => ({ id: String(at), label: '', shape: 'rectangle', box: line.box }))

/** Where a new box belongs among the lines: before the first one whose middle lies below it. */
export function placeFor(lines: readonly TextLine[], box: Box): number {
  const middle = (one: Box) => one[1] + one[3] / 2
  const at = lines.findIndex((line) => middle(line.box) > middle(box))
  return at === -1 ? lines.length : at
}
