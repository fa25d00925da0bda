// The member's own picture tasks at the left, newest first; it can be folded away, and stays so.
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef } from 'react'
import { playgroundTasksQuery } from '@/api/playground'
import type { TaskRow } from '@/api/types'
import { Button, IconButton } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { StripRow } from '@/features/playground/StripRow'
import css from '@/features/playground/TaskStrip.module.css'
import { useHotkeys } from '@/lib/hotkeys'

interface TaskStripProps {
  project: string
  selected: string | undefined
  open: boolean
  onToggle: () => void
  onNew: () => void
  onOpen: (id: string) => void
  /** A row was followed: on a phone the strip makes room for it. */
  onFollowed: () => void
  onDelete: (task: TaskRow) => void
}

export function TaskStrip({ project, selected, open, onToggle, onNew, onOpen, onFollowed, onDelete }: TaskStripProps) {
  const list = useInfiniteQuery(playgroundTasksQuery(project))
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const at = rows.findIndex((row) => row.id === selected)
  const step = (by: number) => {
    const next = rows[at === -1 ? 0 : at + by]
    if (next) onOpen(next.id)
  }
  useHotkeys([
    { keys: 'j', says: 'Next task', group: 'Playground', run: () => step(1) },
    { keys: 'k', says: 'Previous task', group: 'Playground', run: () => step(-1) },
  ])
  const fold = (
    <IconButton label={open ? 'Hide my tasks' : 'Show my tasks'} small aria-expanded={open} onClick={onToggle}>
      {open ? <IconLayoutSidebarLeftCollapse size={16} /> : <IconLayoutSidebarLeftExpand size={16} />}
    </IconButton>
  )
  if (!open) {
    return (
      <aside className={css['rail']} aria-label="My tasks">
        {fold}
        <IconButton label="New task" keys="n" small onClick={onNew}>
          <IconPlus size={16} />
        </IconButton>
      </aside>
    )
  }
  return (
    <aside className={css['strip']} aria-label="My tasks">
      <header className={css['head']}>
        {fold}
        <h2>My tasks</h2>
        <Button small icon={<IconPlus size={14} />} onClick={onNew}>
          New
        </Button>
      </header>
      <div className={css['scroll']}>
        {list.isPending && <Waiting rows={8} />}
        <ProblemNotice problem={list.error} onRetry={() => void list.refetch()} />
        <ul className={css['list']}>
          {rows.map((row) => (
            <StripRow key={row.id} task={row} selected={row.id === selected} onFollowed={onFollowed} onDelete={onDelete} />
          ))}
        </ul>
        {list.isFetchingNextPage && <Waiting rows={2} />}
        {list.hasNextPage && <More onSeen={() => !list.isFetchingNextPage && void list.fetchNextPage()} />}
        {list.data && !list.hasNextPage && <p className={css['end']}>{rows.length > 0 ? 'No more tasks' : 'Your tasks will stand here.'}</p>}
      </div>
    </aside>
  )
}

/** Asks for more when it comes near the visible part. */
function More({ onSeen }: { onSeen: () => void }) {
  const mark = useRef<HTMLDivElement>(null)
  const seen = useEffectEvent(onSeen)
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && seen(), { rootMargin: '200px' })
    if (mark.current) watch.observe(mark.current)
    return () => watch.disconnect()
  }, [])
  return <div ref={mark} className={css['more']} />
}

const Waiting = ({ rows }: { rows: number }) => (
  <div aria-busy>
    {Array.from({ length: rows }, (_, at) => (
      <div key={at} className={css['waiting']}>
        <Skeleton width={48} height={48} radius={4} />
        <div>
          <Skeleton width={120} />
          <Skeleton width={88} />
        </div>
      </div>
    ))}
  </div>
)
