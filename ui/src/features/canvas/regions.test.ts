// Regions and lines as answers: reading, correcting, marking what nobody has looked at.
import { expect, it } from 'vitest'
import type { Region } from '@/api/types'
import { areInStep, placeFor, transcriptionOf, withLines, withText } from '@/features/canvas/lines'
import { corrected, labelsFor, neighbour, regionsOf, suggestedIds } from '@/features/canvas/regions'

const one: Region = { id: 'a', label: 'item', shape: 'rectangle', box: [0, 0, 10, 10], score: 0.9 }
const two: Region = { id: 'b', label: 'total', shape: 'point', points: [[5, 5]] }

it('leaves out what is no region, so that a strange prefill harms nobody', () => {
  expect(regionsOf({ regions: [one, { shape: 'rectangle' }, null, 'x', { shape: 'polygon', points: [[1]] }, two] })).toEqual([one, two])
  expect(regionsOf(null)).toEqual([])
})

it('takes the score off a region that a person has changed', () => {
  expect(corrected(one)).toEqual({ id: 'a', label: 'item', shape: 'rectangle', box: [0, 0, 10, 10] })
  expect(corrected(two)).toBe(two)
})

it('marks a prefilled region until it is changed or looked at', () => {
  const moved: Region = { ...two, points: [[6, 6]] }
  expect([...suggestedIds([one, two], [one, two], new Set())]).toEqual(['a', 'b'])
  expect([...suggestedIds([one, moved], [one, two], new Set())]).toEqual(['a'])
  expect([...suggestedIds([one, two], [one, two], new Set(['a']))]).toEqual(['b'])
})

it('goes round the list in both directions', () => {
  expect(neighbour([one, two], 'b', 1)).toBe(one)
  expect(neighbour([one, two], null, -1)).toBe(two)
  expect(neighbour([], null, 1)).toBeUndefined()
})

it('uses the labels in sight where the step gives none', () => {
  expect(labelsFor([], [two, one, two])).toEqual(['total', 'item'])
  expect(labelsFor(['x'], [one])).toEqual(['x'])
})

const lines = [{ text: 'Bread 3.20', box: [0, 0, 9, 9] as [number, number, number, number], score: 0.9 }, { text: 'Total 3.20', box: [0, 40, 9, 9] as [number, number, number, number] }]

it('writes the whole text from the lines', () => {
  expect(withLines(lines).text).toBe('Bread 3.20\nTotal 3.20')
})

it('gives a changed text back to its lines while there are as many', () => {
  const next = withText(withLines(lines), 'Brot 3.20\nTotal 3.20')
  expect(next.lines.map((line) => line.text)).toEqual(['Brot 3.20', 'Total 3.20'])
  expect(next.lines[0]).not.toHaveProperty('score')
  expect(next.lines[1]).toBe(lines[1])
})

it('says when text and lines part', () => {
  expect(areInStep(withText(withLines(lines), 'one line'))).toBe(false)
  expect(areInStep(transcriptionOf({ text: 'only text' }))).toBe(true)
})

it('puts a new line where it stands on the paper', () => {
  expect(placeFor(lines, [0, 20, 9, 9])).toBe(1)
  expect(placeFor(lines, [0, 90, 9, 9])).toBe(2)
})
