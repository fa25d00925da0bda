// The task list: rows by the hundred, live, each opening its page or a preview.
import { useInfiniteQuery } from '@tanstack/react-query'
import { IconArrowUp } from '@tabler/icons-react'
import { type ReactNode, Suspense, lazy, useCallback, useMemo, useState } from 'react'
import { tasksQuery } from '@/api/tasks'
import type { TaskRow } from '@/api/types'
import { Button } from '@/design/Button'
import { DataTable } from '@/design/DataTable'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import type { Column } from '@/design/table-columns'
import { type Hidden, hiddenWords } from '@/features/tasks/TaskFilters'
import type { PriorityAsked } from '@/features/tasks/PriorityEditor'
import { EditPriority, TALL } from '@/features/tasks/columns'
import { rowsOf } from '@/features/tasks/live-list'
import css from '@/features/tasks/tasks.module.css'
import type { Selecting } from '@/features/tasks/use-selection'
import { useLiveTasks } from '@/features/tasks/use-live-tasks'
import { count } from '@/lib/format'
import { asProblem } from '@/lib/problem'
import { type TaskSearch, USUAL_ORDER, filterOf, isFiltered, withFields, withoutFilters } from '@/lib/task-search'

const PriorityEditor = lazy(() => import('@/features/tasks/PriorityEditor').then((room) => ({ default: room.PriorityEditor })))

interface TaskListProps {
  search: TaskSearch
  /** Not asked for yet: whether the order exists is still to be known. */
  waits?: boolean
  columns: Column<TaskRow>[]
  /** Of the input, that the rows bring along for them. */
  fields: string[]
  /** How many rows are fetched at once. */
  size: number
  /** For those who may do something with several tasks. */
  selecting: Selecting | undefined
  /** The steps of a task's flow, for whoever may change its priority. */
  stepsOf: ((task: TaskRow) => string[]) | undefined
  onChange: (change: Partial<TaskSearch>) => void
  onOpen: (id: string) => void
  href: (id: string) => string
  /** What stands where no task is, without filters. */
  empty: ReactNode
  /** How many tasks the filters leave out; null while unknown. */
  hidden: Hidden | null
}

export function TaskList({ search, waits, columns, fields, size, selecting, stepsOf, onChange, onOpen, href, empty, hidden }: TaskListProps) {
  const filter = filterOf(search)
  const asked = withFields(filter, fields)
  const tasks = useInfiniteQuery({ ...tasksQuery(asked, size), placeholderData: (before) => before, enabled: !waits })
  const { fresh, show } = useLiveTasks(asked, size, selecting?.forget)
  const [restarts, setRestarts] = useState(0)
  const [editing, setEditing] = useState<PriorityAsked | null>(null)
  const edit = useCallback((task: TaskRow, at: DOMRect) => setEditing({ task, at }), [setEditing])
  const { fetchNextPage } = tasks
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage])
  const pages = tasks.data?.pages
  const rows = useMemo(() => rowsOf(pages), [pages])

  if (tasks.error && rows.length === 0) return <ProblemNotice problem={tasks.error} onRetry={asProblem(tasks.error).mayRetry ? () => void tasks.refetch() : undefined} size="page" />
  return (
    <div className={css['list']}>
      {fresh.count > 0 && (
        <div className={css['fresh']}>
          <Button small look="primary" icon={<IconArrowUp size={14} />} onClick={() => void show().then(() => setRestarts((times) => times + 1))}>
            {count(fresh.count)}{fresh.more && '+'} new
          </Button>
        </div>
      )}
      <div className={`${css['list']} ${tasks.isPlaceholderData ? css['stale'] : ''}`}>
        <EditPriority value={stepsOf ? edit : null}>
          <DataTable
            label="Tasks"
            memory={`tasks ${JSON.stringify(filter)}`}
            restarts={restarts}
            columns={columns}
            tall={TALL}
            rows={rows}
            rowKey={rowKey}
            selected={selecting?.selected}
            onSelect={selecting?.onSelect}
            total={pages?.[0]?.total}
            loading={tasks.isPending}
            hasMore={tasks.hasNextPage && !tasks.isFetchNextPageError}
            loadingMore={tasks.isFetchingNextPage}
            onMore={more}
            onOpen={(task) => onOpen(task.id)}
            href={(task) => href(task.id)}
            onPreview={(task) => onChange({ peek: search.peek === task.id ? undefined : task.id })}
            previewed={search.peek ?? null}
            sort={search.sort ?? USUAL_ORDER}
            onSort={(sort) => onChange({ sort: sort === USUAL_ORDER ? undefined : sort })}
            empty={isFiltered(search) ? <NothingLeft hidden={hidden} onClear={() => onChange(withoutFilters(search))} /> : empty}
          />
        </EditPriority>
        <Suspense>
          {editing && stepsOf && <PriorityEditor key={editing.task.id} task={editing.task} at={editing.at} steps={stepsOf(editing.task)} onClose={() => setEditing(null)} />}
        </Suspense>
        {tasks.isFetchNextPageError && <ProblemNotice problem={tasks.error} onRetry={more} />}
      </div>
    </div>
  )
}

const rowKey = (task: { id: string }) => task.id

function NothingLeft({ hidden, onClear }: { hidden: Hidden | null; onClear: () => void }) {
  return (
    <EmptyState title="No task fits these filters" action={<Button onClick={onClear}>Clear filters</Button>}>
      {hidden && hidden.n > 0 && `${hiddenWords(hidden)}.`}
    </EmptyState>
  )
}
