// Why a task is to be done again, said above the work to whoever has it now.
import { IconArrowBackUp } from '@tabler/icons-react'
import type { Hold } from '@/api/types'
import { Time } from '@/design/Time'
import css from '@/features/work/Workbench.module.css'

export function SentBackNote({ note: { reason, by, at } }: { note: NonNullable<Hold['sent_back']> }) {
  return (
    <div className={css['notice']} role="note" aria-label="Sent back">
      <IconArrowBackUp size={16} aria-hidden />
      <span>
        Sent back by {by}{reason ? <>: <b className={css['why']}>{reason}</b></> : '.'} <span className="meta"><Time at={at} /></span>
      </span>
    </div>
  )
}
