// A picture on a neutral field, to be looked at: zoom, pan, and regions as a layer that answers to the pointer.
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { IconMaximize, IconZoomIn, IconZoomOut } from '@tabler/icons-react'
import { type ReactNode, type Ref, useImperativeHandle, useRef, useState } from 'react'
import { Button, IconButton } from '@/design/Button'
import css from '@/design/Picture.module.css'
import { ShapeLayer } from '@/design/ShapeLayer'
import { usePictureView } from '@/design/use-picture-view'
import { useHotkeys } from '@/lib/hotkeys'
import { type Shape, boundsOf } from '@/lib/shapes'
import { revealing } from '@/lib/view'

export interface PictureHandle {
  /** Brings a region into sight, moving no further than needed. */
  reveal: (id: string) => void
}

interface PictureProps {
  src: string
  /** Pixels of the upright picture: the measure of the regions, whatever size `src` has. */
  width?: number | null
  height?: number | null
  alt: string
  shapes?: readonly Shape[]
  /** "drawn" shows every region; "touch" only the one under the pointer or chosen, as over a picture that has them drawn in. */
  layer?: 'drawn' | 'touch' | 'off'
  hovered?: string | null
  chosen?: string | null
  onHover?: (id: string | null) => void
  onChoose?: (id: string | null) => void
  /** More tools beside the zoom. */
  corner?: ReactNode
  ref?: Ref<PictureHandle>
}

const UNKNOWN = { width: 4, height: 3 }

export function Picture({ src, width, height, alt, shapes = [], layer = 'drawn', hovered, chosen, onHover, onChoose, corner, ref }: PictureProps) {
  const frame = useRef<HTMLDivElement>(null)
  const { ref: sized, ...window } = useElementSize<HTMLDivElement>()
  const merged = useMergedRef(frame, sized)
  const [loaded, setLoaded] = useState<{ src: string; width: number; height: number } | null>(null)
  const [failed, setFailed] = useState<string | null>(null)
  const [tries, setTries] = useState(0)
  const [pressed, setPressed] = useState<{ x: number; y: number } | null>(null)
  const picture = width && height ? { width, height } : (loaded ?? UNKNOWN)
  const hands = usePictureView(frame, window, picture)
  const { view } = hands

  useImperativeHandle(ref, () => ({
    reveal: (id) => {
      const shape = shapes.find((one) => one.id === id)
      const moved = shape && revealing(view, window, boundsOf(shape))
      if (moved && (moved.scale !== view.scale || moved.x !== view.x || moved.y !== view.y)) hands.set(moved)
    },
  }))
  useHotkeys([
    { keys: '0', says: 'Fit the picture', group: 'Picture', run: () => hands.set(null) },
    { keys: '1', says: 'Picture at its own size', group: 'Picture', run: hands.toPixels },
    { keys: '+', says: 'Zoom in', group: 'Picture', run: () => hands.zoom(2) },
    { keys: '-', says: 'Zoom out', group: 'Picture', run: () => hands.zoom(0.5) },
  ])

  const click = (event: React.MouseEvent) => {
    // The end of a drag is no choice.
    if (pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > 4) return
    // The frame has captured the pointer, so the event itself does not know what lies under it.
    const under = document.elementFromPoint(event.clientX, event.clientY)
    onChoose?.(under?.closest('[data-shape]')?.getAttribute('data-shape') ?? null)
  }
  const place = { width: picture.width, height: picture.height, transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }
  const ready = window.width > 0 && (loaded?.src === src || Boolean(width && height))
  return (
    <div className={css['field']} data-fills>
      <div
        ref={merged}
        className={css['frame']}
        role="group"
        aria-label={`${alt}. Zoom with + and −, move with the arrow keys.`}
        tabIndex={0}
        onPointerDown={(event) => {
          setPressed({ x: event.clientX, y: event.clientY })
          hands.onPointerDown(event)
        }}
        onPointerMove={hands.onPointerMove}
        onPointerUp={hands.onPointerUp}
        onPointerCancel={hands.onPointerUp}
        onKeyDown={hands.onKeyDown}
        onClick={click}
        onDoubleClick={() => (hands.fits ? hands.toPixels() : hands.set(null))}
      >
        <div className={css['place']} style={{ ...place, visibility: ready ? 'visible' : 'hidden' }}>
          <img
            key={`${src} ${tries}`}
            src={src}
            alt={alt}
            draggable={false}
            className={view.scale > 3 ? css['pixels'] : undefined}
            data-loaded={loaded?.src === src || undefined}
            onLoad={(event) => {
              setFailed(null)
              setLoaded({ src, width: event.currentTarget.naturalWidth, height: event.currentTarget.naturalHeight })
            }}
            onError={() => setFailed(src)}
          />
          {layer !== 'off' && ready && (
            <ShapeLayer shapes={shapes} size={picture} scale={view.scale} quiet={layer === 'touch'} hovered={hovered ?? null} chosen={chosen ?? null} onHover={onHover} />
          )}
        </div>
      </div>
      {failed === src && (
        <div className={css['failed']} role="alert">
          The picture could not be loaded.
          <Button small onClick={() => { setFailed(null); setTries(tries + 1) }}>Retry</Button>
        </div>
      )}
      <div className={css['corner']}>
        {corner}
        <IconButton small label="Zoom out" keys="-" onClick={() => hands.zoom(0.5)}>
          <IconZoomOut size={15} />
        </IconButton>
        <button type="button" className={css['scale']} title="Show at its own size (1)" onClick={hands.toPixels}>
          {Math.round(view.scale * 100)} %
        </button>
        <IconButton small label="Zoom in" keys="+" onClick={() => hands.zoom(2)}>
          <IconZoomIn size={15} />
        </IconButton>
        <IconButton small label="Fit" keys="0" onClick={() => hands.set(null)}>
          <IconMaximize size={15} />
        </IconButton>
      </div>
    </div>
  )
}
