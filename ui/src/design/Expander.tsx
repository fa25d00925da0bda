// Opens and closes what stands under a row.
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import css from '@/design/Expander.module.css'

interface ExpanderProps {
  label: string
  isOpen: boolean
  onToggle: () => void
}

export const Expander = ({ label, isOpen, onToggle }: ExpanderProps) => (
  <button type="button" className={css['expander']} aria-expanded={isOpen} aria-label={label} onClick={onToggle}>
    {isOpen ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
  </button>
)
