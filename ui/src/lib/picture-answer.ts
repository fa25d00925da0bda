// What a run gave, wherever its flow put it: regions, text, and the drawn picture.
import type { Shape } from '@/lib/shapes'

export interface PictureAnswer {
  regions: Shape[]
  text: string | null
  /** The id of the picture with the regions drawn on it. */
  image: string | null
  score: number | null
}

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const isAnswer = (value: unknown): value is Json => isObject(value) && (Array.isArray(value['regions']) || typeof value['image'] === 'string')

/** Reads the output of a run: an answer itself, or the first answer among its steps. Null when there is none. */
export function pictureAnswer(output: Json | null | undefined): PictureAnswer | null {
  const answer = isAnswer(output) ? output : Object.values(output ?? {}).find(isAnswer)
  if (!answer) return null
  const regions = Array.isArray(answer['regions']) ? (answer['regions'] as Shape[]) : []
  return {
    regions,
    text: typeof answer['text'] === 'string' && answer['text'] !== '' ? answer['text'] : null,
    image: typeof answer['image'] === 'string' ? answer['image'] : null,
    score: typeof answer['score'] === 'number' ? answer['score'] : null,
  }
}

/** The regions as a file: what was asked, of which picture, and every region as the API gives it. */
export function regionsDocument(answer: PictureAnswer, about: { task: string; run: number; prompt: string; width?: number | null; height?: number | null }): string {
  const { width, height, ...rest } = about
  return `${JSON.stringify({ ...rest, picture: { width, height }, regions: answer.regions }, null, 2)}\n`
}
