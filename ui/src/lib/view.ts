// Where a picture lies in its window: fitting, zooming at a point, and never losing it out of sight.

export interface Size {
  width: number
  height: number
}

/** A picture pixel p is drawn at p × scale + (x, y). */
export interface View {
  scale: number
  x: number
  y: number
}

export const SCALE_MAX = 16
const SCALE_MIN = 0.02
/** So much of the picture stays in the window however far it is pushed. */
const KEPT = 48

/** The whole picture, centred, never enlarged beyond `most`. */
export function fit(window: Size, picture: Size, margin = 16, most = 2): View {
  const room = { width: Math.max(1, window.width - 2 * margin), height: Math.max(1, window.height - 2 * margin) }
  const scale = Math.min(room.width / picture.width, room.height / picture.height, most)
  return { scale, x: (window.width - picture.width * scale) / 2, y: (window.height - picture.height * scale) / 2 }
}

/** Larger or smaller by a factor; the point of the window stays over the same pixel. */
export function zoomAt(view: View, factor: number, at: { x: number; y: number }): View {
  const scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, view.scale * factor))
  const by = scale / view.scale
  return { scale, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by }
}

const between = (value: number, low: number, high: number) => Math.min(Math.max(value, Math.min(low, high)), Math.max(low, high))

/** The same view, pushed back until some of the picture is in the window. */
export function clamped(view: View, window: Size, picture: Size): View {
  return {
    scale: view.scale,
    x: between(view.x, KEPT - picture.width * view.scale, window.width - KEPT),
    y: between(view.y, KEPT - picture.height * view.scale, window.height - KEPT),
  }
}

export type Box = readonly [x: number, y: number, width: number, height: number]

/** The view moved so far that the box is seen, and no closer than it fits; unchanged when it is seen already. */
export function revealing(view: View, window: Size, box: Box, margin = 40): View {
  const [x, y, width, height] = box
  const fitting = Math.min((window.width - 2 * margin) / width, (window.height - 2 * margin) / height)
  const scale = Math.min(view.scale, fitting)
  const from = scale === view.scale ? view : zoomAt(view, scale / view.scale, { x: window.width / 2, y: window.height / 2 })
  const along = (start: number, length: number, room: number) => {
    if (start >= 0 && start + length <= room) return 0
    return start < 0 ? margin - start : room - margin - length - start
  }
  return {
    scale,
    x: from.x + along(x * scale + from.x, width * scale, window.width),
    y: from.y + along(y * scale + from.y, height * scale, window.height),
  }
}
