// The labels with their digits: the one of the chosen region, or of the next one that is drawn.
import { hueStyle } from '@/features/canvas/Marks'
import css from '@/features/canvas/Labels.module.css'
import { useHotkeys } from '@/lib/hotkeys'

interface LabelBarProps {
  labels: readonly string[]
  current: string
  /** How many regions carry each label. */
  counts: ReadonlyMap<string, number>
  onPick: (label: string) => void
}

export const DIGITS = 9

export function LabelBar({ labels, current, counts, onPick }: LabelBarProps) {
  useHotkeys(labels.slice(0, DIGITS).map((label, at) => ({ keys: String(at + 1), says: `Label: ${label}`, group: 'Labels', run: () => onPick(label) })))
  return (
    <div className={css['bar']} role="radiogroup" aria-label="Label">
      {labels.map((label, at) => (
        <button key={label} type="button" role="radio" aria-checked={label === current} className={css['label']} style={hueStyle(at)} onClick={() => onPick(label)}>
          <span className={css['swatch']}>{at + 1}</span>
          <span className="truncate">{label}</span>
          {(counts.get(label) ?? 0) > 0 && <span className={css['count']}>{counts.get(label)}</span>}
        </button>
      ))}
    </div>
  )
}
