// The hand on the canvas: pointer events become gestures, finished gestures become regions.
import { useMemo, useRef, useState } from 'react'
import type { Region } from '@/api/types'
import { type Gesture, IDLE, type Surroundings, closed, cursorAt, drag, press, shapeOf } from '@/features/canvas/drawing'
import { type Point, type Shape, distance, hit, isDrawn } from '@/features/canvas/geometry'
import type { StageView } from '@/features/canvas/use-stage'

interface Drawing extends Omit<Surroundings, 'px'> {
  stage: StageView
  onDraw: (shape: Shape) => void
  onReplace: (region: Region) => void
  onChoose: (id: string | null) => void
  onHover: (id: string | null) => void
}

type Press = React.PointerEvent<HTMLDivElement>
const SLIP_PX = 3

export function useDrawing({ stage, tool, regions, chosen, picture, onDraw, onReplace, onChoose, onHover }: Drawing) {
  const [gesture, setGesture] = useState<Gesture>(IDLE)
  const [cursor, setCursor] = useState('default')
  const pushed = useRef<{ x: number; y: number; far: boolean } | null>(null)
  const px = 1 / stage.view.scale
  const around: Surroundings = { tool, regions, chosen, picture, px }

  const apply = (next: { gesture: Gesture; done?: Shape; choose?: string | null }) => {
    setGesture(next.gesture)
    if (next.choose !== undefined) onChoose(next.choose)
    if (next.done) onDraw(next.done)
  }
  const cancel = () => setGesture(IDLE)

  const onDown = (event: Press) => {
    // A second finger zooms; what the first one began was not meant.
    if (!event.isPrimary) return cancel()
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    pushed.current = { x: event.clientX, y: event.clientY, far: false }
    apply(press(gesture, stage.pictureAt(event.clientX, event.clientY), around))
  }

  const onMove = (event: Press) => {
    const at = stage.pictureAt(event.clientX, event.clientY)
    if (gesture.kind === 'idle') {
      setCursor(cursorAt(at, around))
      return onHover(tool === 'select' ? (hit(regions, at, SLIP_PX * px)?.id ?? null) : null)
    }
    if (!event.isPrimary) return
    if (gesture.kind === 'away') return push(event)
    setGesture((now) => drag(now, at, picture))
  }

  function push(event: Press) {
    const last = pushed.current
    if (!last) return
    const by: Point = [event.clientX - last.x, event.clientY - last.y]
    if (!last.far && Math.hypot(...by) < SLIP_PX) return
    stage.panBy(by)
    pushed.current = { x: event.clientX, y: event.clientY, far: true }
  }

  const onUp = (event: Press) => {
    if (gesture.kind === 'idle' || gesture.kind === 'polygon' || !event.isPrimary) return
    const at = stage.pictureAt(event.clientX, event.clientY)
    setGesture(IDLE)
    if (gesture.kind === 'away') {
      if (!pushed.current?.far) onChoose(null)
      return
    }
    const shape = shapeOf(drag(gesture, at, picture), picture)
    if (!shape) return
    const isClick = 'from' in gesture && distance(gesture.from, at) < SLIP_PX * px
    if (isClick && gesture.kind === 'box') return onChoose(hit(regions, at, SLIP_PX * px)?.id ?? null)
    if (isClick) return
    if (!isDrawn(shape)) return
    if ('id' in shape) onReplace(shape)
    else onDraw(shape)
  }

  const live = useMemo(() => shapeOf(gesture, picture), [gesture, picture])
  return {
    gesture,
    live,
    cursor: gesture.kind === 'move' ? 'grabbing' : cursor,
    cancel,
    /** Ends an open polygon with the corners it has. */
    close: () => void (gesture.kind === 'polygon' && apply(closed(gesture.points))),
    /** Takes back the last corner of an open polygon. */
    dropCorner: () => setGesture(gesture.kind === 'polygon' && gesture.points.length > 1 ? { ...gesture, points: gesture.points.slice(0, -1) } : IDLE),
    onDown,
    onMove,
    onUp,
    onCancel: cancel,
    onLeave: () => onHover(null),
  }
}
