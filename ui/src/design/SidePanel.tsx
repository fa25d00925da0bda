// A panel beside the content: a preview, instructions, a form. Over it on a phone. Esc closes it.
import { IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { IconButton } from '@/design/Button'
import { useHotkeys } from '@/lib/hotkeys'
import css from '@/design/SidePanel.module.css'

interface SidePanelProps {
  title: ReactNode
  label: string
  actions?: ReactNode
  onClose: () => void
  width?: number
  children: ReactNode
}

export function SidePanel({ title, label, actions, onClose, width, children }: SidePanelProps) {
  useHotkeys([{ keys: 'escape', says: `Close ${label.toLowerCase()}`, run: onClose }])
  return (
    <aside className={css['panel']} aria-label={label} style={width ? { width } : undefined}>
      <header className={css['head']}>
        <div className={css['title']}>{title}</div>
        {actions}
        <IconButton label="Close" keys="escape" small onClick={onClose}>
          <IconX size={16} />
        </IconButton>
      </header>
      <div className={css['body']}>{children}</div>
    </aside>
  )
}
