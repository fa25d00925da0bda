// The view of a picture that is drawn on: wheel and pinch zoom, space or middle drag pans, the whole is shown until somebody zooms.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Box, Point } from '@/features/canvas/geometry'
import { isTyping } from '@/lib/hotkeys'
import { type Size, type View, clamped, fit as fitted, revealing, zoomAt } from '@/lib/view'

/** Takes the element the picture lies in; gives back how to let go of it. */
export type Attach = (element: HTMLElement | null) => (() => void) | undefined

export interface StageView {
  view: View
  /** False until the element has a size. */
  isMeasured: boolean
  /** Space is held: the next drag pans. */
  isGrabbing: boolean
  zoomBy: (factor: number) => void
  panBy: (by: Point) => void
  fit: () => void
  actual: () => void
  reveal: (box: Box) => void
  focus: () => void
  /** A place on the page as a place in the picture. */
  pictureAt: (clientX: number, clientY: number) => Point
  /** The place in the picture in the middle of what is seen, and a tenth of its breadth. */
  middle: () => { at: Point; reach: number }
}

type Change = (view: View, room: Size) => View
const NOTHING: Size = { width: 0, height: 0 }

export function useStage(picture: Size): [Attach, StageView] {
  const [own, setOwn] = useState<View | null>(null)
  const [room, setRoom] = useState(NOTHING)
  const view = own ?? fitted(room, picture)
  const element = useRef<HTMLElement | null>(null)
  const latest = useRef({ view, room, picture })
  useLayoutEffect(() => {
    latest.current = { view, room, picture }
  })

  // Wheel events come faster than drawings: each starts from what the one before it wanted.
  const change = useCallback((next: Change) => {
    const now = latest.current
    // Before it has a size there is nothing to move in.
    if (now.room.width === 0) return
    const wanted = clamped(next(now.view, now.room), now.room, now.picture)
    latest.current = { ...now, view: wanted }
    setOwn(wanted)
  }, [])

  const attach = useCallback(
    (node: HTMLElement | null) => {
      if (!node) return undefined
      element.current = node
      const measure = new ResizeObserver(() => setRoom({ width: node.clientWidth, height: node.clientHeight }))
      measure.observe(node)
      const onWheel = (event: WheelEvent) => {
        event.preventDefault()
        const lines = event.deltaMode === 1 ? 16 : 1
        if (event.shiftKey) return change((now) => pushed(now, [-(event.deltaX || event.deltaY) * lines, 0]))
        const rect = node.getBoundingClientRect()
        const factor = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0022))
        change((now) => zoomAt(now, factor, { x: event.clientX - rect.left, y: event.clientY - rect.top }))
      }
      node.addEventListener('wheel', onWheel, { passive: false })
      const stopPinch = followPinch(node, change)
      return () => {
        measure.disconnect()
        node.removeEventListener('wheel', onWheel)
        stopPinch()
        element.current = null
      }
    },
    [change],
  )

  const zoomBy = useCallback((factor: number) => change((now, size) => zoomAt(now, factor, { x: size.width / 2, y: size.height / 2 })), [change])
  const panBy = useCallback((by: Point) => change((now) => pushed(now, by)), [change])
  const fit = useCallback(() => setOwn(null), [])
  const actual = useCallback(() => change((now, size) => zoomAt(now, 1 / now.scale, { x: size.width / 2, y: size.height / 2 })), [change])
  const reveal = useCallback(
    (box: Box) => {
      const now = latest.current
      const wanted = revealing(now.view, now.room, box)
      if (wanted.x !== now.view.x || wanted.y !== now.view.y) change(() => wanted)
    },
    [change],
  )
  const focus = useCallback(() => element.current?.focus({ preventScroll: true }), [])
  const pictureAt = useCallback((clientX: number, clientY: number): Point => {
    const rect = element.current?.getBoundingClientRect()
    const { view: now } = latest.current
    return [(clientX - (rect?.left ?? 0) - now.x) / now.scale, (clientY - (rect?.top ?? 0) - now.y) / now.scale]
  }, [])
  const middle = useCallback(() => {
    const { view: now, room: size } = latest.current
    const at: Point = [(size.width / 2 - now.x) / now.scale, (size.height / 2 - now.y) / now.scale]
    return { at, reach: Math.min(size.width, size.height) / now.scale / 10 }
  }, [])
  const isGrabbing = useSpaceHeld()
  return [attach, { view, isMeasured: room.width > 0, isGrabbing, zoomBy, panBy, fit, actual, reveal, focus, pictureAt, middle }]
}

const pushed = (view: View, by: Point): View => ({ ...view, x: view.x + by[0], y: view.y + by[1] })

/** Two fingers zoom and pan together. */
function followPinch(node: HTMLElement, change: (next: Change) => void): () => void {
  const fingers = new Map<number, Point>()
  const spread = () => {
    const [a, b] = [...fingers.values()]
    if (!a || !b) return null
    const rect = node.getBoundingClientRect()
    return { length: Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1])), x: (a[0] + b[0]) / 2 - rect.left, y: (a[1] + b[1]) / 2 - rect.top }
  }
  const down = (event: PointerEvent) => void (event.pointerType === 'touch' && fingers.set(event.pointerId, [event.clientX, event.clientY]))
  const up = (event: PointerEvent) => void fingers.delete(event.pointerId)
  const move = (event: PointerEvent) => {
    if (!fingers.has(event.pointerId)) return
    const before = spread()
    fingers.set(event.pointerId, [event.clientX, event.clientY])
    const after = spread()
    if (before && after) change((now) => pushed(zoomAt(now, after.length / before.length, after), [after.x - before.x, after.y - before.y]))
  }
  node.addEventListener('pointerdown', down)
  node.addEventListener('pointermove', move)
  node.addEventListener('pointerup', up)
  node.addEventListener('pointercancel', up)
  return () => {
    node.removeEventListener('pointerdown', down)
    node.removeEventListener('pointermove', move)
    node.removeEventListener('pointerup', up)
    node.removeEventListener('pointercancel', up)
  }
}

function useSpaceHeld(): boolean {
  const [held, setHeld] = useState(false)
  useEffect(() => {
    const isControl = (target: EventTarget | null) => target instanceof HTMLElement && target.closest('button, a, input, [role=option], [role=radio]') !== null
    const down = (event: KeyboardEvent) => {
      if (event.key !== ' ' || isTyping(event.target) || isControl(event.target)) return
      event.preventDefault()
      setHeld(true)
    }
    const up = (event: KeyboardEvent) => void (event.key === ' ' && setHeld(false))
    const away = () => setHeld(false)
    window.addEventListener('keydown', down)
    window.addEventListener('keyup', up)
    window.addEventListener('blur', away)
    return () => {
      window.removeEventListener('keydown', down)
      window.removeEventListener('keyup', up)
      window.removeEventListener('blur', away)
    }
  }, [])
  return held
}
