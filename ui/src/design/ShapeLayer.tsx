// Regions drawn over a picture in its own pixels; lines and tags keep their size however far one zooms.
import { type CSSProperties, memo, useMemo } from 'react'
import css from '@/design/Picture.module.css'
import { type Shape, boundsOf, hueOf, labelsOf, outlineOf } from '@/lib/shapes'
import type { Size } from '@/lib/view'

/** Beyond so many the numbers would hide the picture; they then show for the one in question. */
const NUMBERS_MAX = 40

interface LayerProps {
  shapes: readonly Shape[]
  size: Size
  scale: number
  quiet: boolean
  hovered: string | null
  chosen: string | null
  onHover?: (id: string | null) => void
}

export function ShapeLayer({ shapes, size, scale, quiet, hovered, chosen, onHover }: LayerProps) {
  const labels = useMemo(() => labelsOf(shapes), [shapes])
  const hover = (event: React.PointerEvent) => onHover?.((event.target as Element).closest('[data-shape]')?.getAttribute('data-shape') ?? null)
  return (
    <svg
      className={`${css['layer']} ${quiet ? css['quiet'] : ''}`}
      viewBox={`0 0 ${size.width} ${size.height}`}
      style={{ '--unzoom': 1 / scale } as CSSProperties}
      data-busy={hovered || chosen ? true : undefined}
      aria-hidden
      onPointerOver={hover}
      onPointerLeave={() => onHover?.(null)}
    >
      {shapes.map((shape, at) => (
        <Drawn key={shape.id} shape={shape} number={at + 1} hue={hueOf(shape.label, labels)} on={shape.id === hovered || shape.id === chosen} chosen={shape.id === chosen} tag={!quiet && shapes.length <= NUMBERS_MAX} />
      ))}
    </svg>
  )
}

interface DrawnProps {
  shape: Shape
  number: number
  hue: string
  on: boolean
  chosen: boolean
  tag: boolean
}

const Drawn = memo(function Drawn({ shape, number, hue, on, chosen, tag }: DrawnProps) {
  const [x, y] = boundsOf(shape)
  const words = on && shape.label ? `${number}  ${shape.label}` : String(number)
  return (
    <g className={css['shape']} data-shape={shape.id} data-on={on || undefined} data-chosen={chosen || undefined} style={{ '--hue': hue } as CSSProperties}>
      {shape.shape === 'point' ? (
        <circle cx={0} cy={0} r={5} style={{ transform: `translate(${x}px, ${y}px) scale(var(--unzoom))` }} />
      ) : (
        <path d={outlineOf(shape)} />
      )}
      {(tag || on) && (
        <g className={css['tag']} style={{ transform: `translate(${x}px, ${y}px) scale(var(--unzoom))` }}>
          <rect x={-1} y={-16} width={words.length * 6.6 + 8} height={15} rx={3} />
          <text x={3} y={-5}>{words}</text>
        </g>
      )}
    </g>
  )
})
