// The regions of a run in words; each line and its outline on the picture light up together.
import { useMemo, useRef, useEffect } from 'react'
import css from '@/features/playground/TaskView.module.css'
import { type Shape, hueOf, labelsOf } from '@/lib/shapes'

interface RegionListProps {
  regions: Shape[]
  hovered: string | null
  chosen: string | null
  onHover: (id: string | null) => void
  onChoose: (id: string) => void
}

export function RegionList({ regions, hovered, chosen, onHover, onChoose }: RegionListProps) {
  const labels = useMemo(() => labelsOf(regions), [regions])
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    if (chosen) list.current?.querySelector(`[data-region="${CSS.escape(chosen)}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <ol ref={list} className={css['regions']} onPointerLeave={() => onHover(null)}>
      {regions.map((region, at) => (
        <li key={region.id}>
          <button
            type="button"
            className={css['region']}
            data-region={region.id}
            data-on={region.id === hovered || undefined}
            aria-pressed={region.id === chosen}
            onPointerEnter={() => onHover(region.id)}
            onFocus={() => onHover(region.id)}
            onBlur={() => onHover(null)}
            onClick={() => onChoose(region.id)}
          >
            <span className={css['number']} style={{ background: hueOf(region.label, labels) }}>{at + 1}</span>
            <span className={css['said']}>
              {region.text || region.label}
              {region.text && labels.length > 1 && <span className={css['label']}>{region.label}</span>}
            </span>
            {region.score !== undefined && region.score !== null && (
              <span className={css['score']} title="How sure the model is">{Math.round(region.score * 100)} %</span>
            )}
          </button>
        </li>
      ))}
    </ol>
  )
}
