// Where the regions of a run are found.
import { expect, it } from 'vitest'
import { pictureAnswer, regionsDocument } from '@/lib/picture-answer'

const region = { id: 'r1', label: 'item', shape: 'rectangle', box: [1, 2, 3, 4] }

it('reads an output that is itself the answer', () => {
  expect(pictureAnswer({ regions: [region], text: 'Tea 2.40', image: 'f1', score: 0.9 })).toEqual({ regions: [region], text: 'Tea 2.40', image: 'f1', score: 0.9 })
})

it('reads the answer of a step when the flow names no output of its own', () => {
  expect(pictureAnswer({ annotate: { regions: [] } })).toEqual({ regions: [], text: null, image: null, score: null })
})

it('finds nothing in nothing', () => {
  expect(pictureAnswer(null)).toBeNull()
  expect(pictureAnswer({ total: 3 })).toBeNull()
})

it('writes the regions with the size they are measured in', () => {
  const written = JSON.parse(regionsDocument({ regions: [], text: null, image: null, score: null }, { task: 't', run: 2, prompt: 'x', width: 10, height: 20 })) as unknown
  expect(written).toEqual({ task: 't', run: 2, prompt: 'x', picture: { width: 10, height: 20 }, regions: [] })
})
