// Gestures on the canvas: what a press, a drag and a release make of each other.
import { describe, expect, it } from 'vitest'
import type { Region } from '@/api/types'
import { type Gesture, IDLE, type Surroundings, closed, cursorAt, drag, press, shapeOf } from '@/features/canvas/drawing'

const picture = { width: 1000, height: 800 }
const region: Region = { id: 'r', label: 'item', shape: 'rectangle', box: [100, 100, 200, 50] }
const around = (change: Partial<Surroundings> = {}): Surroundings => ({ tool: 'select', regions: [region], chosen: null, picture, px: 1, ...change })

describe('with the box tool', () => {
  it('draws between press and release, also over a region that is there', () => {
    const { gesture } = press(IDLE, [120, 110], around({ tool: 'rectangle' }))
    expect(shapeOf(drag(gesture, [180, 160], picture), picture)).toEqual({ shape: 'rectangle', box: [120, 110, 60, 50] })
  })

  it('resizes the chosen region when pressed on one of its grips', () => {
    const { gesture } = press(IDLE, [300, 150], around({ tool: 'rectangle', chosen: region }))
    expect(shapeOf(drag(gesture, [350, 200], picture), picture)).toEqual({ ...region, box: [100, 100, 250, 100] })
  })
})

describe('with the select tool', () => {
  it('chooses and moves what lies under the hand', () => {
    const { gesture, choose } = press(IDLE, [150, 120], around())
    expect(choose).toBe('r')
    expect(shapeOf(drag(gesture, [160, 140], picture), picture)).toEqual({ ...region, box: [110, 120, 200, 50] })
  })

  it('pans from an empty place and changes no region', () => {
    const { gesture } = press(IDLE, [700, 700], around())
    expect(gesture.kind).toBe('away')
    expect(shapeOf(gesture, picture)).toBeNull()
  })

  it('adds a point where an edge of the chosen polygon is pressed', () => {
    const polygon: Region = { id: 'p', label: '', shape: 'polygon', points: [[0, 0], [100, 0], [100, 100]] }
    const { gesture } = press(IDLE, [50, 1], around({ regions: [polygon], chosen: polygon }))
    expect(shapeOf(drag(gesture, [50, 20], picture), picture)).toEqual({ ...polygon, points: [[0, 0], [50, 20], [100, 0], [100, 100]] })
  })
})

describe('with the polygon tool', () => {
  const corners = (...places: [number, number][]) => places.reduce<{ gesture: Gesture; done?: unknown }>(({ gesture }, at) => press(gesture, at, around({ tool: 'polygon' })), { gesture: IDLE })

  it('closes at its first corner', () => {
    const { gesture, done } = corners([0, 0], [100, 0], [100, 100], [3, 3])
    expect(gesture).toBe(IDLE)
    expect(done).toEqual({ shape: 'polygon', points: [[0, 0], [100, 0], [100, 100]] })
  })

  it('closes by a double click on its last corner', () => {
    expect(corners([0, 0], [100, 0], [100, 100], [100, 101]).done).toEqual({ shape: 'polygon', points: [[0, 0], [100, 0], [100, 100]] })
  })

  it('stays open with two corners', () => {
    expect(corners([0, 0], [100, 0], [100, 0]).gesture).toMatchObject({ kind: 'polygon', points: [[0, 0], [100, 0]] })
    expect(closed([[0, 0], [100, 0]]).done).toBeUndefined()
  })
})

it('shows by the cursor what a press would do', () => {
  expect(cursorAt([300, 150], around({ chosen: region }))).toBe('nwse-resize')
  expect(cursorAt([150, 120], around())).toBe('move')
  expect(cursorAt([700, 700], around())).toBe('default')
  expect(cursorAt([700, 700], around({ tool: 'point' }))).toBe('crosshair')
})
