// The field of the drawing editor: the picture, one SVG layer in picture pixels, zoom; the left button belongs to the tools.
import { IconMaximize, IconPhotoOff, IconZoomIn, IconZoomOut } from '@tabler/icons-react'
import { type CSSProperties, type ReactNode, useState } from 'react'
import { Button, IconButton } from '@/design/Button'
import css from '@/features/canvas/Stage.module.css'
import type { Attach, StageView } from '@/features/canvas/use-stage'
import { useHotkeys } from '@/lib/hotkeys'
import type { Size } from '@/lib/view'

type Press = (event: React.PointerEvent<HTMLDivElement>) => void

interface StageProps {
  /** What is drawn on and how, for screen readers. */
  label: string
  src: string
  picture: Size
  stage: StageView
  attach: Attach
  /** SVG in picture pixels. */
  children?: ReactNode
  /** Above it, what keeps its size: there `var(--px)` is a pixel of the screen. */
  pins?: ReactNode
  /** Over the picture in screen pixels: tools, hints. */
  over?: ReactNode
  cursor?: string
  onDown: Press
  onMove: Press
  onUp: Press
  onCancel: Press
  onLeave: () => void
  onDoubleClick?: (event: React.MouseEvent<HTMLDivElement>) => void
  onKeyDown?: (event: React.KeyboardEvent<HTMLDivElement>) => void
}

export function Stage({ label, src, picture, stage, attach, children, pins, over, cursor, onDown, onMove, onUp, onCancel, onLeave, onDoubleClick, onKeyDown }: StageProps) {
  const [shown, setShown] = useState({ src: '', failed: false, tries: 0 })
  const [drag, setDrag] = useState<{ id: number; x: number; y: number } | null>(null)
  const { view } = stage
  const isReady = shown.src === src && !shown.failed
  const isFailed = shown.src === src && shown.failed

  const down: Press = (event) => {
    if (event.button !== 1 && !(event.button === 0 && stage.isGrabbing)) return onDown(event)
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    setDrag({ id: event.pointerId, x: event.clientX, y: event.clientY })
  }
  const move: Press = (event) => {
    if (drag?.id !== event.pointerId) return onMove(event)
    stage.panBy([event.clientX - drag.x, event.clientY - drag.y])
    setDrag({ id: event.pointerId, x: event.clientX, y: event.clientY })
  }
  const up = (then: Press): Press => (event) => (drag?.id === event.pointerId ? setDrag(null) : then(event))

  const place: CSSProperties = { width: picture.width, height: picture.height, transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }
  const source = (failed: boolean) => setShown((old) => ({ ...old, src, failed }))
  return (
    <div className={css['stage']} data-fills>
      <div
        ref={attach}
        className={css['field']}
        style={{ cursor: drag ? 'grabbing' : stage.isGrabbing ? 'grab' : cursor }}
        tabIndex={0}
        role="group"
        aria-label={label}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up(onUp)}
        onPointerCancel={up(onCancel)}
        onPointerLeave={onLeave}
        onDoubleClick={onDoubleClick}
        onKeyDown={onKeyDown}
      >
        {stage.isMeasured && (
          <>
            <img key={shown.tries} src={src} alt="" draggable={false} className={`${css['picture']} ${view.scale > 3 ? css['coarse'] : ''}`} style={{ ...place, opacity: isReady ? 1 : 0 }} onLoad={() => source(false)} onError={() => source(true)} />
            {!shown.src && <div className={css['waiting']} style={place} />}
            <svg className={css['layer']} aria-hidden>
              <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>{children}</g>
              <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`} style={{ '--px': 1 / view.scale } as CSSProperties}>{pins}</g>
            </svg>
          </>
        )}
      </div>
      {isFailed && (
        <div className={css['failed']} role="alert">
          <IconPhotoOff size={20} aria-hidden /> The picture could not be loaded.
          <Button small onClick={() => setShown((old) => ({ src: '', failed: false, tries: old.tries + 1 }))}>Retry</Button>
        </div>
      )}
      {over}
      <ZoomTools stage={stage} />
    </div>
  )
}

function ZoomTools({ stage }: { stage: StageView }) {
  const nearer = () => stage.zoomBy(1.35)
  const farther = () => stage.zoomBy(1 / 1.35)
  useHotkeys([
    { keys: '+', says: 'Zoom in', group: 'Picture', run: nearer },
    { keys: '=', says: 'Zoom in', group: 'Picture', run: nearer },
    { keys: '-', says: 'Zoom out', group: 'Picture', run: farther },
    { keys: '0', says: 'Fit the picture', group: 'Picture', run: stage.fit },
    { keys: 'space', says: 'Hold and drag to pan', group: 'Picture', listedOnly: true, run: () => undefined },
  ])
  return (
    <div className={css['zoom']}>
      <IconButton small label="Zoom out" keys="-" onClick={farther}><IconZoomOut size={15} /></IconButton>
      <button type="button" className={css['scale']} onClick={stage.actual} title="Show at its own size">
        {Math.round(stage.view.scale * 100)} %
      </button>
      <IconButton small label="Zoom in" keys="+" onClick={nearer}><IconZoomIn size={15} /></IconButton>
      <IconButton small label="Fit" keys="0" onClick={stage.fit}><IconMaximize size={15} /></IconButton>
    </div>
  )
}
