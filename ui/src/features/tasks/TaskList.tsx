// The task list: filters above, rows by the hundred, live, with a preview beside.
import { useInfiniteQuery } from '@tanstack/react-query'
import { IconArrowUp } from '@tabler/icons-react'
import { type ReactNode, useCallback, useState } from 'react'
import { tasksQuery } from '@/api/tasks'
import { Button } from '@/design/Button'
import { DataTable } from '@/design/DataTable'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { taskColumns } from '@/features/tasks/columns'
import css from '@/features/tasks/tasks.module.css'
import { useLiveTasks } from '@/features/tasks/use-live-tasks'
import { count, counted } from '@/lib/format'
import { type TaskSearch, filterOf, isFiltered } from '@/lib/task-search'

export const USUAL_ORDER = '-last_submitted_at'

interface TaskListProps {
  search: TaskSearch
  onChange: (change: Partial<TaskSearch>) => void
  onOpen: (id: string) => void
  href: (id: string) => string
  /** What stands where no task is, without filters. */
  empty: ReactNode
  /** How many tasks the filters leave out; null while unknown. */
  hidden: { n: number; isExact: boolean } | null
}

export function TaskList({ search, onChange, onOpen, href, empty, hidden }: TaskListProps) {
  const filter = filterOf(search)
  const tasks = useInfiniteQuery({ ...tasksQuery(filter), placeholderData: (before) => before })
  const { fresh, show } = useLiveTasks(filter)
  const [restarts, setRestarts] = useState(0)
  const { fetchNextPage } = tasks
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage])
  const pages = tasks.data?.pages
  const rows = pages?.flatMap((page) => page.items) ?? []

  if (tasks.error && rows.length === 0) return <ProblemNotice problem={tasks.error} onRetry={() => void tasks.refetch()} size="page" />
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
        <DataTable
          label="Tasks"
          memory={`tasks ${JSON.stringify(filter)}`}
          restarts={restarts}
          columns={taskColumns}
          rows={rows}
          rowKey={rowKey}
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
          empty={isFiltered(search) ? <NothingLeft hidden={hidden} onClear={() => onChange({ q: undefined, status: undefined, project: undefined, step: undefined, batch: undefined })} /> : empty}
        />
        {tasks.isFetchNextPageError && <ProblemNotice problem={tasks.error} onRetry={more} />}
      </div>
    </div>
  )
}

const rowKey = (task: { id: string }) => task.id

function NothingLeft({ hidden, onClear }: { hidden: TaskListProps['hidden']; onClear: () => void }) {
  const n = hidden?.n ?? 0
  return (
    <EmptyState title="No task fits these filters" action={<Button onClick={onClear}>Clear filters</Button>}>
      {n > 0 && `${counted(n, 'task')}${hidden?.isExact ? '' : ' or more'} ${n === 1 ? 'is' : 'are'} hidden by them.`}
    </EmptyState>
  )
}
