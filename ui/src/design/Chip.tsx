// A filter that is on: what, which, and a way to take it off.
import { IconX } from '@tabler/icons-react'
import css from '@/design/Chip.module.css'

interface ChipProps {
  label: string
  value: string
  /** What is odd about it, as that nothing can fit it any more. */
  note?: string | false
  onRemove: () => void
}

export function Chip({ label, value, note, onRemove }: ChipProps) {
  return (
    <span className={css['chip']} title={value.length > 24 ? value : undefined}>
      <span className={css['label']}>{label}</span> <span className={css['value']}>{value}</span>
      {note && <span className={css['note']}>{note}</span>}
      <button type="button" aria-label={`Remove filter ${label} ${value}`} onClick={onRemove}>
        <IconX size={12} />
      </button>
    </span>
  )
}
