// At the foot of the list: how many are selected, and what may be done with them.
import { IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Button, IconButton } from '@/design/Button'
import css from '@/features/tasks/tasks.module.css'
import type { Selecting } from '@/features/tasks/use-selection'
import { total } from '@/lib/format'
import type { SelectedCount } from '@/lib/selection'

export function SelectionBar({ count, onClear, children }: { count: SelectedCount; onClear: () => void; children?: ReactNode }) {
  return (
    <div className={css['selection']} role="toolbar" aria-label="What to do with the selected tasks">
      <span className={css['selected']} aria-live="polite">{total(count.n, count.isExact)} selected</span>
      <span className={css['grow']} />
      {children}
      <IconButton small label="Clear the selection" keys="escape" onClick={onClear}><IconX size={14} /></IconButton>
    </div>
  )
}

/** From the rows that were ticked to all that fit the filters; once that is so, it says so. */
export function AllMatching({ selecting, all }: { selecting: Selecting; all: SelectedCount }) {
  if (selecting.isAll) return <span className="meta">{selecting.count.n < all.n ? 'All that match but some' : 'All that match'}</span>
  if (selecting.count.n >= all.n && all.isExact) return null
  return <Button small look="quiet" onClick={selecting.selectAll}>Select all {total(all.n, all.isExact)} that match</Button>
}
