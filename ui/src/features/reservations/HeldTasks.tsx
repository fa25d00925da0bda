// What one member has in hand: to be looked at, and taken back one by one, several, or all.
import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { heldByQuery } from '@/api/reservations'
import type { HeldTask, Holder } from '@/api/types'
import { Button } from '@/design/Button'
import { DataTable } from '@/design/DataTable'
import { ProblemNotice } from '@/design/Notice'
import { Time } from '@/design/Time'
import type { Column } from '@/design/table-columns'
import type { Releasing } from '@/features/reservations/ReleaseDialog'
import css from '@/features/reservations/reservations.module.css'
import { count, shortId } from '@/lib/format'
import { useHotkeys } from '@/lib/hotkeys'

interface HeldTasksProps {
  holder: Holder
  href: (task: string) => string
  onOpen: (task: string) => void
  onRelease: (what: Releasing) => void
}

export function HeldTasks({ holder, href, onOpen, onRelease }: HeldTasksProps) {
  const { id, name } = holder.member
  const held = useInfiniteQuery(heldByQuery(id))
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(() => held.data?.pages.flatMap((page) => page.items) ?? [], [held.data])
  // What has ended meanwhile is no longer chosen.
  const selected = useMemo(() => new Set(rows.filter((row) => chosen.has(row.id)).map((row) => row.id)), [rows, chosen])
  const { fetchNextPage } = held
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage])
  const releaseSelected = () => selected.size > 0 && onRelease({ body: { ids: [...selected] }, n: selected.size, whose: name })
  useHotkeys([{ keys: 'r', says: 'Release what is selected', group: 'List', run: () => void releaseSelected() }])
  const columns = useMemo(() => heldColumns((row) => onRelease({ body: { ids: [row.id] }, n: 1, whose: name })), [onRelease, name])
  return (
    <>
      <div className={css['bar']}>
        <span className="meta">{selected.size > 0 ? `${count(selected.size)} of ${count(holder.held)} selected` : `${count(holder.held)} in hand`}</span>
        <Button small keys="r" disabledReason={selected.size === 0 ? 'Select tasks first, with the boxes or with X.' : null} onClick={releaseSelected}>Release selected</Button>
      </div>
      {held.error && rows.length === 0 ? (
        <ProblemNotice problem={held.error} onRetry={() => void held.refetch()} />
      ) : (
        <div className={css['table']}>
          <DataTable
            label={`In hand of ${name}`}
            memory={`held by ${id}`}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            total={holder.held}
            loading={held.isPending}
            hasMore={held.hasNextPage}
            loadingMore={held.isFetchingNextPage}
            onMore={more}
            href={(row) => href(row.task.id)}
            onOpen={(row) => onOpen(row.task.id)}
            selected={selected}
            onSelect={setChosen}
            empty={<p className={css['nothing']}>Nothing in hand right now.</p>}
          />
        </div>
      )}
    </>
  )
}

function heldColumns(release: (row: HeldTask) => void): Column<HeldTask>[] {
  return [
    { id: 'task', head: 'Task', min: 120, cell: ({ task }) => <><span className={css['name']}>{task.external_id ?? shortId(task.id)}</span> <span className="meta">{task.preview}</span></> },
    { id: 'project', head: 'Project', width: 200, from: 700, cell: ({ task, step }) => <>{task.project.name} <span className="meta">› {step}</span></> },
    { id: 'draft', head: 'Draft', width: 110, from: 820, cell: (row) => (row.has_draft ? <>saved <Time at={row.draft_saved_at} /></> : <span className={css['none']}>none yet</span>) },
    { id: 'held', head: 'Taken', width: 92, from: 480, bar: 48, cell: (row) => <Time at={row.held_at} /> },
    { id: 'left', head: 'Ends', width: 92, from: 580, bar: 48, cell: (row) => <Time at={row.lease_until} /> },
    { id: 'release', head: 'Actions', quiet: true, width: 92, align: 'end', bar: 0, cell: (row) => <Button small look="quiet" aria-label={`Release ${row.task.external_id ?? shortId(row.task.id)}`} onClick={() => release(row)}>Release</Button> },
  ]
}
