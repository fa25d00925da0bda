// Bounds, outlines and hues of regions.
import { expect, it } from 'vitest'
import { boundsOf, hueOf, labelsOf, outlineOf, type Shape } from '@/lib/shapes'

const triangle: Shape = { id: 't', label: 'item', shape: 'polygon', points: [[10, 20], [40, 5], [30, 60]] }

it('bounds a polygon by its outermost points', () => {
  expect(boundsOf(triangle)).toEqual([10, 5, 30, 55])
})

it('takes a rectangle for its own bounds', () => {
  expect(boundsOf({ id: 'r', label: 'x', shape: 'rectangle', box: [1, 2, 3, 4] })).toEqual([1, 2, 3, 4])
})

it('draws a closed outline', () => {
  expect(outlineOf(triangle)).toBe('M10 20L40 5L30 60z')
  expect(outlineOf({ id: 'r', label: 'x', shape: 'rectangle', box: [1, 2, 3, 4] })).toBe('M1 2h3v4h-3z')
})

it('gives each label one hue in the order of appearance, beginning again after twelve', () => {
  const labels = labelsOf([triangle, { ...triangle, id: 'u', label: 'total' }, { ...triangle, id: 'v' }])
  expect(labels).toEqual(['item', 'total'])
  expect(hueOf('total', labels)).toBe('var(--region-2)')
  const many = Array.from({ length: 13 }, (_, at) => `label ${at}`)
  expect(hueOf('label 12', many)).toBe('var(--region-1)')
})
