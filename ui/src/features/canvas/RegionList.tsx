// The regions as a list beside the picture: label, text, what is wrong, and a mark on what nobody has looked at.
import { IconTrash } from '@tabler/icons-react'
import { memo, useEffect, useRef } from 'react'
import type { Region } from '@/api/types'
import { IconButton } from '@/design/Button'
import { boundsOf } from '@/features/canvas/geometry'
import { hueStyle } from '@/features/canvas/Marks'
import css from '@/features/canvas/RegionList.module.css'

interface RegionListProps {
  regions: readonly Region[]
  labels: readonly string[]
  /** False when any text may be a label. */
  isClosed: boolean
  chosen: string | null
  hovered: string | null
  suggested: ReadonlySet<string>
  problems: ReadonlyMap<string, string>
  onChoose: (id: string) => void
  onHover: (id: string | null) => void
  onChange: (region: Region, about: string | null) => void
  onDelete: (id: string) => void
}

export function RegionList({ regions, chosen, hovered, suggested, problems, ...rest }: RegionListProps) {
  return (
    <ul className={css['list']} onPointerLeave={() => rest.onHover(null)}>
      {regions.map((region, at) => (
        <RegionRow key={region.id} region={region} number={at + 1} isChosen={region.id === chosen} isHovered={region.id === hovered} isSuggested={suggested.has(region.id)} problem={problems.get(region.id)} {...rest} />
      ))}
    </ul>
  )
}

interface RegionRowProps extends Pick<RegionListProps, 'labels' | 'isClosed' | 'onChoose' | 'onHover' | 'onChange' | 'onDelete'> {
  region: Region
  number: number
  isChosen: boolean
  isHovered: boolean
  isSuggested: boolean
  problem: string | undefined
}

const pixels = (n: number) => Math.round(n)

function measure(region: Region): string {
  const [x, y, width, height] = boundsOf(region)
  if (region.shape === 'point') return `${pixels(x)}, ${pixels(y)}`
  return `${pixels(width)} × ${pixels(height)}`
}

const RegionRow = memo(function RegionRow({ region, number, labels, isClosed, isChosen, isHovered, isSuggested, problem, onChoose, onHover, onChange, onDelete }: RegionRowProps) {
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: 'nearest' })
  }, [isChosen])
  const label = labels.indexOf(region.label)
  return (
    <li ref={row} className={css['row']} data-chosen={isChosen || undefined} data-hovered={isHovered || undefined} data-wrong={Boolean(problem) || undefined} style={hueStyle(label)} onPointerEnter={() => onHover(region.id)}>
      <div className={css['line']}>
        <button type="button" className={css['pick']} aria-pressed={isChosen} aria-label={`Region ${number}, ${region.label || 'no label'}, ${region.shape}${isSuggested ? ', prefilled' : ''}`} onClick={() => onChoose(region.id)}>
          <span className={css['number']}>{number}</span>
          <span className={css['swatch']} data-shape={region.shape} data-suggested={isSuggested || undefined} title={isSuggested ? 'Prefilled; nobody has looked at it yet' : undefined}>{label < 0 ? '–' : label + 1}</span>
          {!isChosen && <span className={css['label']}>{region.label || 'no label'}</span>}
          {!isChosen && <span className={css['words']}>{region.text}</span>}
        </button>
        {isChosen && <LabelField region={region} number={number} labels={labels} isClosed={isClosed} onChange={onChange} />}
        <span className={css['measure']}>
          {region.score !== undefined && <span title="How sure the model is">{Math.round(region.score * 100)} %</span>}
          {(isChosen || !region.text) && <span>{measure(region)}</span>}
        </span>
        {isChosen && <IconButton small label={`Delete region ${number}`} keys="delete" onClick={() => onDelete(region.id)}><IconTrash size={14} /></IconButton>}
      </div>
      {isChosen && (
        <input
          className={css['text']}
          aria-label={`Text of region ${number}`}
          placeholder="Text, if it says something"
          value={region.text ?? ''}
          onChange={(event) => onChange({ ...region, text: event.target.value || undefined }, `text ${region.id}`)}
        />
      )}
      {problem && <div className={css['problem']} role="alert">{problem}</div>}
    </li>
  )
})

interface LabelFieldProps {
  region: Region
  number: number
  labels: readonly string[]
  isClosed: boolean
  onChange: (region: Region, about: string | null) => void
}

function LabelField({ region, number, labels, isClosed, onChange }: LabelFieldProps) {
  const name = `Label of region ${number}`
  if (!isClosed) {
    return (
      <>
        <input className={css['select']} data-label-of={region.id} aria-label={name} placeholder="Label" list="labels-in-use" value={region.label} onChange={(event) => onChange({ ...region, label: event.target.value }, `label ${region.id}`)} />
        <datalist id="labels-in-use">{labels.map((label) => <option key={label} value={label} />)}</datalist>
      </>
    )
  }
  const isStrange = !labels.includes(region.label)
  return (
    <select className={css['select']} aria-label={name} value={region.label} data-label-of={region.id} onChange={(event) => onChange({ ...region, label: event.target.value }, null)}>
      {isStrange && <option value={region.label}>{region.label || 'Choose a label'}</option>}
      {labels.map((label) => <option key={label} value={label}>{label}</option>)}
    </select>
  )
}
