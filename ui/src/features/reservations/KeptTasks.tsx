// What is kept for one member and not yet taken: to be looked at, and given up so that anybody may have it.
import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { keptQuery, useReleaseKept } from '@/api/reservations'
import type { Holder, KeptTask, ReleaseKept } from '@/api/types'
import { Button } from '@/design/Button'
import { DataTable } from '@/design/DataTable'
import { ProblemNotice } from '@/design/Notice'
import type { Column } from '@/design/table-columns'
import css from '@/features/reservations/reservations.module.css'
import { count, counted, priorityWords, shortId, signed } from '@/lib/format'

interface KeptTasksProps {
  holder: Holder
  href: (task: string) => string
  onOpen: (task: string) => void
  onDone: (says: string) => void
}

export function KeptTasks({ holder, href, onOpen, onDone }: KeptTasksProps) {
  const { id, name } = holder.member
  const kept = useInfiniteQuery(keptQuery(id))
  const release = useReleaseKept()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(() => kept.data?.pages.flatMap((page) => page.items) ?? [], [kept.data])
  const selected = useMemo(() => new Set(rows.filter((row) => chosen.has(keyOf(row))).map(keyOf)), [rows, chosen])
  const { fetchNextPage } = kept
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage])
  // By the promise: with the last of what is kept this table goes, mostly before the answer is here.
  const give = (body: ReleaseKept) =>
    void release.mutateAsync(body).then(
      ({ released, left }) => onDone(`${counted(released, 'task')} no longer kept for ${name}: anybody may have ${released === 1 ? 'it' : 'them'}.${left > 0 ? ` ${count(left)} are left.` : ''}`),
      () => undefined, // shown below
    )
  const tasks = [...new Set(rows.filter((row) => selected.has(keyOf(row))).map((row) => row.task.id))]
  return (
    <>
      <div className={css['bar']}>
        <span className="meta">{selected.size > 0 ? `${count(selected.size)} of ${count(holder.kept)} selected` : 'Nobody else is handed these.'}</span>
        <span className={css['buttons']}>
          <Button small disabledReason={tasks.length === 0 ? 'Select tasks first, with the boxes or with X.' : null} pending={release.isPending} onClick={() => give({ tasks })}>Give up selected</Button>
          <Button small disabledReason={holder.kept === 0 ? `Nothing is kept for ${name}.` : null} pending={release.isPending} onClick={() => give({ member: id })}>Give up all</Button>
        </span>
      </div>
      <ProblemNotice problem={release.error} />
      {kept.error && rows.length === 0 ? (
        <ProblemNotice problem={kept.error} onRetry={() => void kept.refetch()} />
      ) : (
        <div className={css['table']}>
          <DataTable
            label={`Kept for ${name}`}
            memory={`kept for ${id}`}
            columns={columns}
            rows={rows}
            rowKey={keyOf}
            total={holder.kept}
            loading={kept.isPending}
            hasMore={kept.hasNextPage}
            loadingMore={kept.isFetchingNextPage}
            onMore={more}
            href={(row) => href(row.task.id)}
            onOpen={(row) => onOpen(row.task.id)}
            selected={selected}
            onSelect={setChosen}
            empty={<p className={css['nothing']}>Nothing is kept for {name} right now.</p>}
          />
        </div>
      )}
    </>
  )
}

const keyOf = ({ task, step }: KeptTask): string => `${task.id} ${step}`

const columns: Column<KeptTask>[] = [
  { id: 'task', head: 'Task', min: 120, cell: ({ task }) => <><span className={css['name']}>{task.external_id ?? shortId(task.id)}</span> <span className="meta">{task.preview}</span></> },
  { id: 'project', head: 'Project', width: 200, from: 560, cell: ({ task, step }) => <>{task.project.name} {step && <span className="meta">› {step}</span>}</> },
  { id: 'priority', head: 'Priority', width: 104, from: 700, cell: ({ priority }) => <span className="numbers">{signed(priority)} <span className="meta">{priorityWords(priority)}</span></span> },
  { id: 'when', head: 'When', width: 180, from: 420, cell: ({ step }) => (step ? 'can be taken now' : <span className="meta">after the step before it</span>) },
]
