// Two panes side by side with a divider that can be dragged or moved with the arrow keys; one above the other when narrow.
import { type CSSProperties, type ReactNode, useRef, useState } from 'react'
import css from '@/design/Split.module.css'
import { useRemembered } from '@/lib/remember'

interface SplitProps {
  /** Names the width in memory. */
  memory: string
  left: ReactNode
  right: ReactNode
  /** The right pane's width in pixels, until somebody drags it. */
  usual?: number
  least?: number
  most?: number
}

export function Split({ memory, left, right, usual = 380, least = 260, most = 760 }: SplitProps) {
  const [kept, keep] = useRemembered<string>(`split.${memory}`, String(usual))
  const [dragged, setDragged] = useState<number | null>(null)
  const whole = useRef<HTMLDivElement>(null)
  const within = (width: number) => Math.round(Math.min(most, Math.max(least, width)))
  const width = dragged ?? within(Number(kept) || usual)
  const at = (event: React.PointerEvent) => within((whole.current?.getBoundingClientRect().right ?? 0) - event.clientX)
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowLeft: 24, ArrowRight: -24 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    keep(String(within(width + step)))
  }
  return (
    <div className={css['split']} ref={whole} style={{ '--right': `${width}px` } as CSSProperties}>
      <div className={css['left']}>{left}</div>
      <div
        className={css['divider']}
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the right pane"
        aria-valuenow={width}
        aria-valuemin={least}
        aria-valuemax={most}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDragged(at(event))
        }}
        onPointerMove={(event) => dragged !== null && setDragged(at(event))}
        onPointerUp={(event) => {
          keep(String(at(event)))
          setDragged(null)
        }}
        onPointerCancel={() => setDragged(null)}
        onDoubleClick={() => keep(String(usual))}
      />
      <div className={css['right']}>{right}</div>
    </div>
  )
}
