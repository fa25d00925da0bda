// The hands on a picture: wheel, pinch, drag and keys, as one view that fits until it is touched.
import { type PointerEvent, type KeyboardEvent, type RefObject, useEffect, useEffectEvent, useRef, useState } from 'react'
import { type Size, type View, clamped, fit, zoomAt } from '@/lib/view'

const STEP = 1.35
const PUSH = 60

interface Hands {
  view: View
  /** True until somebody zooms or pans. */
  fits: boolean
  set: (view: View | null) => void
  zoom: (factor: number) => void
  toPixels: () => void
  onPointerDown: (event: PointerEvent) => void
  onPointerMove: (event: PointerEvent) => void
  onPointerUp: (event: PointerEvent) => void
  onKeyDown: (event: KeyboardEvent) => void
}

export function usePictureView(frame: RefObject<HTMLElement | null>, window: Size, picture: Size): Hands {
  const [own, setOwn] = useState<View | null>(null)
  const view = own ?? fit(window, picture)
  const fingers = useRef(new Map<number, { x: number; y: number }>())

  const set = (next: View | null) => setOwn(next && clamped(next, window, picture))
  const middle = { x: window.width / 2, y: window.height / 2 }
  const zoom = (factor: number, at = middle) => set(zoomAt(view, factor, at))

  // React listens to wheels passively; a page that scrolls under the picture would be the result.
  const onWheel = useEffectEvent((event: WheelEvent) => {
    event.preventDefault()
    const lines = event.deltaMode === 1 ? 16 : 1
    const strength = event.ctrlKey ? 0.01 : 0.0022
    zoom(Math.exp(-event.deltaY * lines * strength), inside(event))
  })
  useEffect(() => {
    const element = frame.current
    const listen = (event: WheelEvent) => onWheel(event)
    element?.addEventListener('wheel', listen, { passive: false })
    return () => element?.removeEventListener('wheel', listen)
  }, [frame])

  function inside(event: { clientX: number; clientY: number }) {
    const edge = frame.current?.getBoundingClientRect()
    return { x: event.clientX - (edge?.left ?? 0), y: event.clientY - (edge?.top ?? 0) }
  }

  function onPointerMove(event: PointerEvent) {
    const before = fingers.current.get(event.pointerId)
    if (!before) return
    const now = inside(event)
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1]
    fingers.current.set(event.pointerId, now)
    if (!other) return set({ ...view, x: view.x + now.x - before.x, y: view.y + now.y - before.y })
    const apart = (a: { x: number; y: number }) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y))
    zoom(apart(now) / apart(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 })
  }

  function onKeyDown(event: KeyboardEvent) {
    const push: Record<string, [number, number]> = { ArrowLeft: [PUSH, 0], ArrowRight: [-PUSH, 0], ArrowUp: [0, PUSH], ArrowDown: [0, -PUSH] }
    const by = push[event.key]
    if (!by || event.target !== event.currentTarget) return
    event.preventDefault()
    set({ ...view, x: view.x + by[0], y: view.y + by[1] })
  }

  return {
    view,
    fits: own === null,
    set,
    zoom: (factor) => zoom(factor > 1 ? STEP : 1 / STEP),
    toPixels: () => zoom(1 / view.scale),
    onPointerDown: (event) => {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      fingers.current.set(event.pointerId, inside(event))
    },
    onPointerMove,
    onPointerUp: (event) => void fingers.current.delete(event.pointerId),
    onKeyDown,
  }
}
