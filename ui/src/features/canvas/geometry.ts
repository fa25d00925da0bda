// Changing regions by hand or key, in picture pixels: hits, moving, resizing, the points of a polygon.
import { boundsOf as outer, type Shape as DrawnShape } from '@/lib/shapes'
import type { Size } from '@/lib/view'

export type Point = [number, number]
export type Box = [number, number, number, number]

/** What a region is to the hand that moves it. */
export interface Shape {
  shape: 'rectangle' | 'polygon' | 'point'
  box?: Box
  points?: Point[]
}

/** The eight grips of a box, clockwise from the top left: which edges each one moves. */
export const GRIPS = [
  { x: -1, y: -1, cursor: 'nwse-resize' },
  { x: 0, y: -1, cursor: 'ns-resize' },
  { x: 1, y: -1, cursor: 'nesw-resize' },
  { x: 1, y: 0, cursor: 'ew-resize' },
  { x: 1, y: 1, cursor: 'nwse-resize' },
  { x: 0, y: 1, cursor: 'ns-resize' },
  { x: -1, y: 1, cursor: 'nesw-resize' },
  { x: -1, y: 0, cursor: 'ew-resize' },
] as const

const round = (n: number) => Math.round(n * 10) / 10
const between = (n: number, low: number, high: number) => Math.min(Math.max(n, low), high)

export const boundsOf = (shape: Shape): Box => [...outer(shape as DrawnShape)] as Box

export const clampedPoint = ([x, y]: Point, picture: Size): Point => [between(x, 0, picture.width), between(y, 0, picture.height)]

export function boxBetween(from: Point, to: Point, picture: Size): Box {
  const [ax, ay] = clampedPoint(from, picture)
  const [bx, by] = clampedPoint(to, picture)
  return [round(Math.min(ax, bx)), round(Math.min(ay, by)), round(Math.abs(ax - bx)), round(Math.abs(ay - by))]
}

export function areaOf(shape: Shape): number {
  if (shape.box) return shape.box[2] * shape.box[3]
  const points = shape.points ?? []
  let sum = 0
  points.forEach(([x, y], at) => {
    const [nx, ny] = points[(at + 1) % points.length] ?? [x, y]
    sum += x * ny - nx * y
  })
  return Math.abs(sum) / 2
}

function isInPolygon([x, y]: Point, points: Point[]): boolean {
  let inside = false
  points.forEach(([ax, ay], at) => {
    const [bx, by] = points[(at + points.length - 1) % points.length] ?? [ax, ay]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  })
  return inside
}

export const distance = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1])

/** How far a point is from a piece of line. */
export function distanceToEdge(at: Point, a: Point, b: Point): number {
  const length = distance(a, b) ** 2
  if (length === 0) return distance(at, a)
  const along = between(((at[0] - a[0]) * (b[0] - a[0]) + (at[1] - a[1]) * (b[1] - a[1])) / length, 0, 1)
  return distance(at, [a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])])
}

/** Whether a shape lies under the point; `slack` picture pixels are forgiven. */
export function isHit(shape: Shape, at: Point, slack: number): boolean {
  if (shape.shape === 'point') return shape.points?.[0] !== undefined && distance(shape.points[0], at) <= slack * 2
  const [x, y, width, height] = boundsOf(shape)
  if (at[0] < x - slack || at[1] < y - slack || at[0] > x + width + slack || at[1] > y + height + slack) return false
  if (shape.shape === 'rectangle') return true
  const points = shape.points ?? []
  return isInPolygon(at, points) || points.some((point, index) => distanceToEdge(at, point, points[(index + 1) % points.length] ?? point) <= slack)
}

/** The shape under the point: points before areas, the smaller area before the larger, the newer before the older. */
export function hit<S extends Shape>(shapes: readonly S[], at: Point, slack: number): S | undefined {
  const size = (shape: Shape) => (shape.shape === 'point' ? -1 : areaOf(shape))
  return shapes
    .filter((shape) => isHit(shape, at, slack))
    .reverse()
    .sort((a, b) => size(a) - size(b))[0]
}

/** Moved, as far as the edge of the picture lets it. */
export function moved<S extends Shape>(shape: S, by: Point, picture: Size): S {
  const [x, y, width, height] = boundsOf(shape)
  const dx = between(by[0], -x, Math.max(-x, picture.width - x - width))
  const dy = between(by[1], -y, Math.max(-y, picture.height - y - height))
  if (shape.box) return { ...shape, box: [round(x + dx), round(y + dy), width, height] }
  return { ...shape, points: (shape.points ?? []).map(([px, py]): Point => [round(px + dx), round(py + dy)]) }
}

/** A box with the edges of one grip dragged to a point; dragging across the other edge turns it over. */
export function resized<S extends Shape>(shape: S, grip: number, to: Point, picture: Size): S {
  const moves = GRIPS[grip]
  if (!shape.box || !moves) return shape
  const [x, y, width, height] = shape.box
  const [tx, ty] = clampedPoint(to, picture)
  const from: Point = [moves.x === -1 ? tx : x, moves.y === -1 ? ty : y]
  const until: Point = [moves.x === 1 ? tx : x + width, moves.y === 1 ? ty : y + height]
  return { ...shape, box: boxBetween(from, until, picture) }
}

/** With the right and lower edges moved: how the keyboard resizes. */
export function grown<S extends Shape>(shape: S, by: Point, picture: Size): S {
  const [x, y, width, height] = boundsOf(shape)
  const wide = between(width + by[0], 2, Math.max(2, picture.width - x))
  const high = between(height + by[1], 2, Math.max(2, picture.height - y))
  if (shape.box) return { ...shape, box: [x, y, round(wide), round(high)] }
  if (shape.shape === 'point' || width === 0 || height === 0) return shape
  return { ...shape, points: (shape.points ?? []).map(([px, py]): Point => [round(x + ((px - x) * wide) / width), round(y + ((py - y) * high) / height)]) }
}

export function withPoint<S extends Shape>(shape: S, at: number, to: Point, picture: Size): S {
  const [x, y] = clampedPoint(to, picture)
  return { ...shape, points: (shape.points ?? []).map((point, index): Point => (index === at ? [round(x), round(y)] : point)) }
}

export function withNewPoint<S extends Shape>(shape: S, after: number, at: Point, picture: Size): S {
  const [x, y] = clampedPoint(at, picture)
  return { ...shape, points: (shape.points ?? []).toSpliced(after + 1, 0, [round(x), round(y)]) }
}

/** Without one of its points; a polygon keeps three. */
export function withoutPoint<S extends Shape>(shape: S, at: number): S {
  const points = shape.points ?? []
  return points.length <= 3 ? shape : { ...shape, points: points.toSpliced(at, 1) }
}

/** What makes a drawing more than a slip of the hand. */
export const isDrawn = (shape: Shape): boolean =>
  shape.shape === 'point' ||
  (shape.box ? shape.box[2] >= 2 && shape.box[3] >= 2 : (shape.points?.length ?? 0) >= 3 && areaOf(shape) >= 4)

/** A shape in the middle of what is seen, for those who draw with the keyboard. */
export function placed(kind: Shape['shape'], middle: Point, reach: number, picture: Size): Shape {
  const [x, y] = clampedPoint(middle, picture)
  if (kind === 'point') return { shape: 'point', points: [[round(x), round(y)]] }
  if (kind === 'rectangle') return { shape: 'rectangle', box: boxBetween([x - reach, y - reach], [x + reach, y + reach], picture) }
  const corners: Point[] = [[x, y - reach], [x + reach, y], [x, y + reach], [x - reach, y]]
  return { shape: 'polygon', points: corners.map((corner) => clampedPoint(corner, picture).map(round) as Point) }
}
