// A filter that is on: what, which, and a way to take it off.
import { IconX } from '@tabler/icons-react'
import css from '@/design/Chip.module.css'

export function Chip({ label, value, onRemove }: { label: string; value: string; onRemove: () => void }) {
  return (
    <span className={css['chip']}>
      <span className={css['label']}>{label}</span> <span className={css['value']}>{value}</span>
      <button type="button" aria-label={`Remove filter ${label} ${value}`} onClick={onRemove}>
        <IconX size={12} />
      </button>
    </span>
  )
}
