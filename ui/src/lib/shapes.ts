// Regions as shapes on a picture: their bounds, their outlines, and one lasting hue for each label.
import type { Box } from '@/lib/view'

export interface Shape {
  id: string
  label: string
  shape: 'rectangle' | 'polygon' | 'point'
  box?: readonly [number, number, number, number]
  points?: readonly (readonly [number, number])[]
  text?: string | null
  score?: number | null
}

const HUES = 12

export function boundsOf(shape: Shape): Box {
  if (shape.box) return shape.box
  const points = shape.points ?? []
  const across = points.map(([x]) => x)
  const down = points.map(([, y]) => y)
  if (points.length === 0) return [0, 0, 0, 0]
  const [left, top] = [Math.min(...across), Math.min(...down)]
  return [left, top, Math.max(...across) - left, Math.max(...down) - top]
}

/** The outline as an SVG path; a point has none. */
export function outlineOf(shape: Shape): string {
  if (shape.box) {
    const [x, y, width, height] = shape.box
    return `M${x} ${y}h${width}v${height}h${-width}z`
  }
  if (shape.shape === 'point' || !shape.points?.length) return ''
  return `M${shape.points.map(([x, y]) => `${x} ${y}`).join('L')}z`
}

/** The labels in the order in which they first appear. */
export const labelsOf = (shapes: readonly Shape[]): string[] => [...new Set(shapes.map((shape) => shape.label))]

/** The name of the hue of a label: the same for the same place in the list of labels. */
export function hueOf(label: string, labels: readonly string[]): string {
  const at = Math.max(0, labels.indexOf(label))
  return `var(--region-${(at % HUES) + 1})`
}
