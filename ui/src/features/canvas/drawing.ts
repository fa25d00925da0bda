// What the hand is doing on the canvas, as a value: each press, move and release turns one gesture into the next.
import type { Region } from '@/api/types'
import { type Point, type Shape, GRIPS, boundsOf, boxBetween, clampedPoint, distance, distanceToEdge, hit, isDrawn, moved, resized, withNewPoint, withPoint } from '@/features/canvas/geometry'
import type { Size } from '@/lib/view'

export type Tool = 'select' | 'rectangle' | 'polygon' | 'point'

export type Gesture =
  | { kind: 'idle' }
  | { kind: 'box'; from: Point; to: Point }
  | { kind: 'polygon'; points: Point[]; hover: Point | null }
  | { kind: 'point'; to: Point }
  | { kind: 'move'; region: Region; from: Point; by: Point }
  | { kind: 'resize'; region: Region; grip: number; to: Point }
  | { kind: 'vertex'; region: Region; at: number; to: Point }
  /** A press on nothing: pans when it moves, lets go of the selection when it does not. */
  | { kind: 'away'; from: Point }

export const IDLE: Gesture = { kind: 'idle' }

export interface Surroundings {
  tool: Tool
  regions: readonly Region[]
  chosen: Region | null
  picture: Size
  /** The size of a screen pixel in the picture. */
  px: number
}

const GRIP_PX = 8
const EDGE_PX = 5
const CLICK_PX = 3

/** A place as it is kept: inside the picture, to a tenth of a pixel. */
const kept = (at: Point, picture: Size): Point => clampedPoint(at, picture).map((n) => Math.round(n * 10) / 10) as Point

/** Where the grips of a region are: eight of a box, the points of a polygon. */
export function gripsOf(region: Shape): Point[] {
  if (region.shape === 'point') return []
  if (region.shape === 'polygon') return region.points ?? []
  const [x, y, width, height] = boundsOf(region)
  return GRIPS.map((grip): Point => [x + ((grip.x + 1) / 2) * width, y + ((grip.y + 1) / 2) * height])
}

/** The grip under the hand, or −1. */
export function gripAt(region: Shape, at: Point, px: number): number {
  const near = gripsOf(region).map((grip, index) => ({ index, far: distance(grip, at) }))
  const best = near.sort((a, b) => a.far - b.far)[0]
  return best && best.far <= GRIP_PX * px ? best.index : -1
}

/** The edge of a polygon under the hand, or −1. */
export function edgeAt(region: Shape, at: Point, px: number): number {
  const points = region.shape === 'polygon' ? (region.points ?? []) : []
  return points.findIndex((point, index) => distanceToEdge(at, point, points[(index + 1) % points.length] ?? point) <= EDGE_PX * px)
}

/** A press. `done` is a region that it finished; `chosen` is what is selected from now on, where that changes. */
export function press(gesture: Gesture, at: Point, around: Surroundings): { gesture: Gesture; done?: Shape; choose?: string | null } {
  const { tool, chosen, px, picture } = around
  if (gesture.kind === 'polygon') return corner(gesture.points, at, around)
  if (chosen && tool !== 'polygon' && tool !== 'point') {
    const grip = gripAt(chosen, at, px)
    if (grip >= 0) return { gesture: chosen.shape === 'rectangle' ? { kind: 'resize', region: chosen, grip, to: at } : { kind: 'vertex', region: chosen, at: grip, to: at } }
    const edge = tool === 'select' ? edgeAt(chosen, at, px) : -1
    if (edge >= 0) return { gesture: { kind: 'vertex', region: withNewPoint(chosen, edge, at, picture), at: edge + 1, to: at } }
  }
  if (tool === 'rectangle') return { gesture: { kind: 'box', from: at, to: at } }
  if (tool === 'polygon') return { gesture: { kind: 'polygon', points: [kept(at, picture)], hover: null }, choose: null }
  if (tool === 'point') return { gesture: { kind: 'point', to: at } }
  const under = hit(around.regions, at, EDGE_PX * px)
  if (!under) return { gesture: { kind: 'away', from: at } }
  return { gesture: { kind: 'move', region: under, from: at, by: [0, 0] }, choose: under.id }
}

/** One more corner; back at the first, or twice at the same place, closes it. */
function corner(points: Point[], at: Point, { px, picture }: Surroundings): { gesture: Gesture; done?: Shape } {
  const [first, last] = [points[0], points.at(-1)]
  const closes = points.length >= 3 && ((first && distance(first, at) <= GRIP_PX * px) || (last && distance(last, at) <= CLICK_PX * px))
  if (closes) return closed(points)
  if (last && distance(last, at) <= CLICK_PX * px) return { gesture: { kind: 'polygon', points, hover: null } }
  return { gesture: { kind: 'polygon', points: [...points, kept(at, picture)], hover: null } }
}

/** The polygon finished with the corners it has; too few leave it open. */
export function closed(points: Point[]): { gesture: Gesture; done?: Shape } {
  const shape: Shape = { shape: 'polygon', points }
  return isDrawn(shape) ? { gesture: IDLE, done: shape } : { gesture: { kind: 'polygon', points, hover: null } }
}

export function drag(gesture: Gesture, at: Point, picture: Size): Gesture {
  switch (gesture.kind) {
    case 'box':
    case 'point':
    case 'resize':
    case 'vertex':
      return { ...gesture, to: at }
    case 'polygon':
      return { ...gesture, hover: clampedPoint(at, picture) }
    case 'move':
      return { ...gesture, by: [at[0] - gesture.from[0], at[1] - gesture.from[1]] }
    default:
      return gesture
  }
}

/** The shape that a gesture shows while it lasts, and leaves when it ends. */
export function shapeOf(gesture: Gesture, picture: Size): Region | Shape | null {
  switch (gesture.kind) {
    case 'box':
      return { shape: 'rectangle', box: boxBetween(gesture.from, gesture.to, picture) }
    case 'point':
      return { shape: 'point', points: [kept(gesture.to, picture)] }
    case 'move':
      return moved(gesture.region, gesture.by, picture)
    case 'resize':
      return resized(gesture.region, gesture.grip, gesture.to, picture)
    case 'vertex':
      return withPoint(gesture.region, gesture.at, gesture.to, picture)
    default:
      return null
  }
}

/** The sign of what a press here would do. */
export function cursorAt(at: Point, { tool, chosen, regions, px }: Surroundings): string {
  if (chosen && tool !== 'polygon' && tool !== 'point') {
    const grip = gripAt(chosen, at, px)
    if (grip >= 0) return chosen.shape === 'rectangle' ? (GRIPS[grip]?.cursor ?? 'move') : 'move'
    if (tool === 'select' && edgeAt(chosen, at, px) >= 0) return 'copy'
  }
  if (tool !== 'select') return 'crosshair'
  return hit(regions, at, EDGE_PX * px) ? 'move' : 'default'
}
