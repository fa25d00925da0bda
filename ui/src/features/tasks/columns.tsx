// The columns of the task list.
import type { TaskRow } from '@/api/types'
import { StatusBadge } from '@/design/StatusBadge'
import { Id, Time } from '@/design/Time'
import type { Column } from '@/design/table-columns'
import css from '@/features/tasks/tasks.module.css'
import { Thumbnail } from '@/features/tasks/Thumbnail'
import { priorityWords, signed } from '@/lib/format'

const None = () => <span className={css['none']}>–</span>

/** The word that filters, pages and the API use too; what its run waits for stands in the tip. */
export function TaskStatusBadge({ task, narrow }: { task: TaskRow; narrow?: boolean }) {
  return (
    <span className={css['status']} title={task.run_reason ?? undefined}>
      <StatusBadge state={task.status} />
      {task.redo_count > 0 && <StatusBadge state="redo" bare={narrow} />}
    </span>
  )
}

export function Priority({ priority }: { priority: number }) {
  if (priority === 0) return <span className={css['none']}>0</span>
  return (
    <span className="numbers">
      {signed(priority)} <span className={css['soft']}>{priorityWords(priority)}</span>
    </span>
  )
}

export const taskColumns: Column<TaskRow>[] = [
  { id: 'id', head: 'ID', width: 108, from: 640, bar: 64, cell: (task) => <Id id={task.id} label="task id" /> },
  { id: 'picture', head: 'Picture', quiet: true, width: 42, bar: 24, cell: (task) => <Thumbnail url={task.thumbnail_url} /> },
  { id: 'external', head: 'External id', width: 136, cell: (task) => task.external_id ?? <None /> },
  { id: 'input', head: 'Input', min: 160, from: 980, cell: (task) => <span className={css['soft']}>{task.preview}</span> },
  { id: 'project', head: 'Project', width: 112, from: 760, cell: (task) => task.project.name },
  { id: 'step', head: 'Step', width: 96, from: 820, cell: (task) => task.steps.join(', ') || <None /> },
  { id: 'status', head: 'Status', width: 124, from: 900, bar: 84, cell: (task) => <TaskStatusBadge task={task} /> },
  { id: 'status-narrow', head: 'Status', width: 120, below: 900, bar: 84, cell: (task) => <TaskStatusBadge task={task} narrow /> },
  { id: 'priority', head: 'Priority', width: 92, from: 900, sort: 'priority', bar: 24, cell: (task) => <Priority priority={task.priority} /> },
  { id: 'batch', head: 'Batch', width: 88, from: 1080, cell: (task) => task.batch ?? <None /> },
  { id: 'created', head: 'Created', width: 84, from: 1000, sort: 'created_at', bar: 56, cell: (task) => <Time at={task.created_at} /> },
  { id: 'submitted', head: 'Last submitted', width: 116, sort: 'last_submitted_at', bar: 60, cell: (task) => <Time at={task.last_submitted_at} /> },
]
