// Regions as the editor draws them: the hue and the number are the label's, so that no one needs the colour alone.
import { type CSSProperties, memo } from 'react'
import type { Region } from '@/api/types'
import { type Point, boundsOf } from '@/features/canvas/geometry'
import css from '@/features/canvas/Marks.module.css'
import { outlineOf } from '@/lib/shapes'

const HUES = 12

/** The place of a label among the labels, as a hue; one that is not among them is grey. */
export const hueStyle = (label: number): CSSProperties => ({ '--hue': label < 0 ? 'var(--region-12)' : `var(--region-${(label % HUES) + 1})` }) as CSSProperties

interface LookProps {
  region: Region
  /** The place of its label among the labels, from 0; −1 when it has none of them. */
  label: number
  isHovered?: boolean
  isChosen?: boolean
}

interface OutlineProps extends LookProps {
  /** A model or an earlier step drew it and nobody has touched it. */
  isSuggested?: boolean
  isWrong?: boolean
}

export const Outline = memo(function Outline({ region, label, isSuggested, isHovered, isChosen, isWrong }: OutlineProps) {
  const path = outlineOf(region)
  if (!path) return null
  return (
    <g className={css['mark']} style={hueStyle(label)} data-suggested={isSuggested || undefined} data-hovered={isHovered || undefined} data-chosen={isChosen || undefined} data-wrong={isWrong || undefined}>
      <path className={css['halo']} d={path} />
      <path className={css['line']} d={path} />
    </g>
  )
})

interface PinProps extends LookProps {
  /** Instead of the label's number. */
  number?: string
  hasTag: boolean
}

const at = ([x, y]: Point): CSSProperties => ({ transform: `translate(${x}px, ${y}px) scale(var(--px))` })

/** What keeps its size however far one zooms: the tag of a region, and the dot of a point. */
export const Pin = memo(function Pin({ region, label, number = label < 0 ? '–' : String(label + 1), isHovered, isChosen, hasTag }: PinProps) {
  const isPoint = region.shape === 'point'
  const words = isHovered || isChosen ? region.label : ''
  if (!isPoint && !hasTag && !isHovered && !isChosen) return null
  const [x, y] = boundsOf(region)
  return (
    <g className={css['mark']} style={{ ...hueStyle(label), ...at([x, y]) }} data-chosen={isChosen || undefined}>
      {isPoint && (
        <>
          <circle className={css['halo']} r={7.5} />
          <circle className={css['dot']} r={6} />
          <circle className={css['eye']} r={1.5} />
        </>
      )}
      {/* Beside a point, not over it. */}
      <g transform={isPoint ? 'translate(9 8)' : undefined}>{(!isPoint || hasTag || words) && <Tag number={number} text={words} />}</g>
    </g>
  )
})

const CHAR = 6.5
const WORDS_MAX = 26

function Tag({ number, text }: { number: string; text: string }) {
  const numberWidth = 9 + number.length * CHAR
  const words = text.length > WORDS_MAX ? `${text.slice(0, WORDS_MAX - 1)}…` : text
  const width = numberWidth + (words ? words.length * CHAR + 9 : 0)
  return (
    <g transform={words ? 'translate(-1 -18)' : `translate(${-numberWidth - 2} -1)`}>
      <rect className={css['tagback']} width={width} height={16} rx={3} />
      <rect className={css['tagnumber']} width={numberWidth} height={16} rx={3} />
      <text className={css['number']} x={numberWidth / 2} y={12} textAnchor="middle">{number}</text>
      {words && <text className={css['word']} x={numberWidth + 5} y={12}>{words}</text>}
    </g>
  )
}

/** The grips of the chosen region. */
export function Grips({ region, handles }: { region: Region; handles: readonly Point[] }) {
  return (
    <g className={css['grips']}>
      {handles.map((handle, index) => (
        <g key={index} style={at(handle)}>
          {region.shape === 'rectangle' ? <rect x={-4} y={-4} width={8} height={8} rx={1.5} /> : <circle r={4.5} />}
        </g>
      ))}
    </g>
  )
}

/** A polygon that is being drawn, with the line to the pointer. */
export function OpenPolygon({ points, hover, label }: { points: readonly Point[]; hover: Point | null; label: number }) {
  const path = `M${(hover ? [...points, hover] : points).map((point) => point.join(' ')).join('L')}`
  return (
    <g className={css['mark']} style={hueStyle(label)}>
      <path className={css['halo']} d={path} />
      <path className={css['line']} d={path} />
      {points.map((point, index) => (
        <g key={index} style={at(point)}>
          <circle className={css['dot']} r={index === 0 && points.length >= 3 ? 6 : 3.5} />
        </g>
      ))}
    </g>
  )
}
