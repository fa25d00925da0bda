// The instructions beside the work: open for newcomers, and as each person left it after that.
import { IconX } from '@tabler/icons-react'
import { IconButton } from '@/design/Button'
import { Markdown } from '@/design/Markdown'
import css from '@/features/work/Workbench.module.css'

export function InstructionsDrawer({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <aside className={css['drawer']} aria-label="Instructions">
      <header className={css['drawerhead']}>
        Instructions
        <IconButton small label="Close the instructions" keys="i" onClick={onClose}><IconX size={15} /></IconButton>
      </header>
      <div className={css['drawerbody']} tabIndex={0}>
        <Markdown text={text} />
      </div>
    </aside>
  )
}

/** What this step asks for, in its own words. */
export const Prompt = ({ text }: { text: unknown }) => (typeof text === 'string' && text.trim() ? <div className={css['prompt']}>{text}</div> : null)
