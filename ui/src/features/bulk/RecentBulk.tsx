// Earlier bulk work beside the list: what it was, how it went, and what may still be done about it.
import { useInfiniteQuery } from '@tanstack/react-query'
import { bulksQuery } from '@/api/bulk'
import type { Bulk } from '@/api/types'
import { Button } from '@/design/Button'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { SidePanel } from '@/design/SidePanel'
import { Skeleton } from '@/design/Skeleton'
import { Time } from '@/design/Time'
import { BulkResult } from '@/features/bulk/BulkResult'
import css from '@/features/bulk/bulk.module.css'
import { wordsOf } from '@/features/bulk/deeds'
import { counted, words } from '@/lib/format'

interface RecentBulkProps {
  /** The one that is open, as `?bulk=` has it; any other word opens the list alone. */
  open: string
  onOpen: (id: string) => void
  onClose: () => void
}

export function RecentBulk({ open, onOpen, onClose }: RecentBulkProps) {
  const bulks = useInfiniteQuery(bulksQuery)
  const rows = bulks.data?.pages.flatMap((page) => page.items)
  return (
    <SidePanel title="Recent bulk work" label="Recent bulk work" onClose={onClose}>
      {bulks.error && !rows && <div className={css['one']}><ProblemNotice problem={bulks.error} onRetry={() => void bulks.refetch()} /></div>}
      {bulks.isPending && <div className={css['one']}><Skeleton height={120} radius={6} /></div>}
      {rows?.length === 0 && <EmptyState title="Nothing yet">Select tasks in the list: what is done to them is kept here.</EmptyState>}
      <ul className={css['list']}>
        {rows?.map((bulk) => (
          <li key={bulk.id}>
            <Row bulk={bulk} isOpen={bulk.id === open} onOpen={() => onOpen(bulk.id)} />
            {bulk.id === open && <div className={css['one']}><BulkResult id={bulk.id} onOther={onOpen} /></div>}
          </li>
        ))}
      </ul>
      {bulks.hasNextPage && <Button small look="quiet" pending={bulks.isFetchingNextPage} onClick={() => void bulks.fetchNextPage()}>Earlier</Button>}
    </SidePanel>
  )
}

function Row({ bulk, isOpen, onOpen }: { bulk: Bulk; isOpen: boolean; onOpen: () => void }) {
  return (
    <button type="button" aria-expanded={isOpen} className={`${css['row']} ${isOpen ? css['open'] : ''}`} onClick={onOpen}>
      <span>{wordsOf(bulk.action, bulk.arguments, Boolean(bulk.undoes))}</span>
      <span className="meta">
        {counted(bulk.total, 'task')}, {words(bulk.state)}{bulk.by && `, ${bulk.by.name}`}, <Time at={bulk.created_at} />
      </span>
    </button>
  )
}
