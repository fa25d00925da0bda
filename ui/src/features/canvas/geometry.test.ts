// Changing shapes by hand: hits, moving, resizing, the points of polygons.
import { expect, it } from 'vitest'
import { type Shape, areaOf, boxBetween, grown, hit, isDrawn, isHit, moved, placed, resized, withNewPoint, withPoint, withoutPoint } from '@/features/canvas/geometry'

const picture = { width: 1000, height: 800 }
const box: Shape = { shape: 'rectangle', box: [100, 100, 200, 50] }
const triangle: Shape = { shape: 'polygon', points: [[0, 0], [100, 0], [0, 100]] }

it('makes a box from any two corners, inside the picture', () => {
  expect(boxBetween([300, 200], [100, 50], picture)).toEqual([100, 50, 200, 150])
  expect(boxBetween([-20, 790], [40, 900], picture)).toEqual([0, 790, 40, 10])
})

it('stops a moved shape at the edge without changing its size', () => {
  expect(moved(box, [-500, 10], picture).box).toEqual([0, 110, 200, 50])
  expect(moved(box, [5000, 5000], picture).box).toEqual([800, 750, 200, 50])
  expect(moved(triangle, [950, 0], picture).points).toEqual([[900, 0], [1000, 0], [900, 100]])
})

it('turns a box over when a grip is dragged across the other edge', () => {
  expect(resized(box, 4, [60, 120], picture).box).toEqual([60, 100, 40, 20])
})

it('moves one edge alone by a grip in the middle of it', () => {
  expect(resized(box, 3, [400, 777], picture).box).toEqual([100, 100, 300, 50])
  expect(resized(box, 1, [0, 60], picture).box).toEqual([100, 60, 200, 90])
})

it('resizes by keys from the right and lower edge, never to nothing', () => {
  expect(grown(box, [10, -100], picture).box).toEqual([100, 100, 210, 2])
  expect(grown(triangle, [100, 0], picture).points).toEqual([[0, 0], [200, 0], [0, 100]])
})

it('hits the inside of a polygon, not the rest of its bounds', () => {
  expect(isHit(triangle, [20, 20], 0)).toBe(true)
  expect(isHit(triangle, [90, 90], 0)).toBe(false)
  expect(isHit(triangle, [52, 52], 3)).toBe(true)
})

it('prefers a point, then the smaller area, then the newer shape', () => {
  const point: Shape = { shape: 'point', points: [[120, 120]] }
  const large: Shape = { shape: 'rectangle', box: [0, 0, 500, 500] }
  const twin: Shape = { ...box }
  expect(hit([large, box], [120, 120], 2)).toBe(box)
  expect(hit([point, large, box], [121, 121], 2)).toBe(point)
  expect(hit([box, twin], [120, 120], 2)).toBe(twin)
  expect(hit([large], [700, 700], 2)).toBeUndefined()
})

it('keeps three points in a polygon', () => {
  expect(withoutPoint(triangle, 0)).toBe(triangle)
  const four = withNewPoint(triangle, 1, [60, 60], picture)
  expect(four.points).toEqual([[0, 0], [100, 0], [60, 60], [0, 100]])
  expect(withoutPoint(four, 2).points).toEqual(triangle.points)
  expect(withPoint(triangle, 1, [2000, -5], picture).points?.[1]).toEqual([1000, 0])
})

it('takes a slip of the hand for nothing', () => {
  expect(isDrawn({ shape: 'rectangle', box: [5, 5, 1, 40] })).toBe(false)
  expect(isDrawn({ shape: 'polygon', points: [[0, 0], [10, 0], [20, 0]] })).toBe(false)
  expect(isDrawn(triangle)).toBe(true)
  expect(areaOf(triangle)).toBe(5000)
})

it('places a shape for the keyboard inside the picture', () => {
  expect(placed('rectangle', [10, 10], 50, picture).box).toEqual([0, 0, 60, 60])
  expect(isDrawn(placed('polygon', [500, 400], 50, picture))).toBe(true)
})
