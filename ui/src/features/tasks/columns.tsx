// The columns of the task list: which there are, which are usual, and how each is shown.
import { createContext, useContext } from 'react'
import type { TaskRow } from '@/api/types'
import { StatusBadge } from '@/design/StatusBadge'
import { Id, Time } from '@/design/Time'
import type { Column } from '@/design/table-columns'
import css from '@/features/tasks/tasks.module.css'
import { Thumbnail } from '@/features/tasks/Thumbnail'
import { count, duration, priorityWords, signed } from '@/lib/format'

export const None = () => <span className={css['none']}>–</span>

/** Below this width a row is two lines of what matters most; above it, the columns that were chosen. */
export const TALL = { below: 640, height: 52 }

/** The word that filters, pages and the API use too; what its run waits for stands in the tip. */
export function TaskStatusBadge({ task, narrow }: { task: TaskRow; narrow?: boolean }) {
  return (
    <span className={css['status']} title={task.run_reason ?? undefined}>
      <StatusBadge state={task.status} />
      {task.redo_count > 0 && <StatusBadge state="redo" bare={narrow} />}
    </span>
  )
}

/** "from review on: 3, later", for each step that has a number of its own. */
const stepWords = (task: Ranked): string[] => Object.entries(task.step_priorities).map(([step, priority]) => `from ${step} on: ${signed(priority)}, ${priorityWords(priority)}`)

type Ranked = Pick<TaskRow, 'priority' | 'step_priorities'>

export function Priority({ of: task }: { of: Ranked }) {
  const own = stepWords(task)
  if (task.priority === 0 && own.length === 0) return <span className={css['none']}>0</span>
  const said = task.priority === 0 ? '' : priorityWords(task.priority)
  return (
    <span className="numbers" title={[`${signed(task.priority)} ${priorityWords(task.priority)}`, ...own].join('\n')}>
      {signed(task.priority)} <span className={css['soft']}>{[said, own.length > 0 && 'by step'].filter(Boolean).join(', ')}</span>
    </span>
  )
}

/** Opens the editor of a task's priority; nobody but leads has one. */
export const EditPriority = createContext<((task: TaskRow, at: DOMRect) => void) | null>(null)

function PriorityCell({ task }: { task: TaskRow }) {
  const edit = useContext(EditPriority)
  if (!edit) return <Priority of={task} />
  return (
    <button type="button" className={css['edit']} aria-label={`Priority ${[task.priority, priorityWords(task.priority), ...stepWords(task)].join(', ')}: change`} onClick={(event) => edit(task, event.currentTarget.getBoundingClientRect())}>
      <Priority of={task} />
    </button>
  )
}

const Number = ({ n, says }: { n: number | null; says: (n: number) => string }) => (n ? <span className="numbers">{says(n)}</span> : <None />)
const credits = (n: number) => (n < 10 ? String(Math.round(n * 100) / 100) : count(Math.round(n)))
const Text = ({ of }: { of: string | null | undefined }) => (of ? <span title={of}>{of}</span> : <None />)

export interface TaskColumn extends Column<TaskRow> {
  /** The server tells it to leads only. */
  leads?: boolean
  isUsual?: boolean
}

// Wide enough for what is in them; `rank` says what gives way first where all the usual ones have no room.
const all: TaskColumn[] = [
  { id: 'id', head: 'ID', width: 106, rank: 3, sort: 'id', bar: 64, isUsual: true, cell: (task) => <Id id={task.id} label="task id" /> },
  { id: 'picture', head: 'Picture', quiet: true, width: 42, rank: 1, bar: 24, isUsual: true, cell: (task) => <Thumbnail url={task.thumbnail_url} /> },
  { id: 'external', head: 'External id', width: 116, rank: 5, sort: 'external_id', first: 'up', isUsual: true, cell: (task) => <Text of={task.external_id} /> },
  { id: 'input', head: 'Input', min: 132, isUsual: true, cell: (task) => <span className={css['soft']}>{task.preview}</span> },
  { id: 'project', head: 'Project', width: 112, sort: 'project', first: 'up', isUsual: true, cell: (task) => <Text of={task.project.name} /> },
  { id: 'step', head: 'Step', width: 96, rank: 4, sort: 'step', first: 'up', isUsual: true, cell: (task) => <Text of={task.steps.join(', ')} /> },
  { id: 'status', head: 'Status', width: 136, sort: 'status', first: 'up', bar: 84, isUsual: true, cell: (task) => <TaskStatusBadge task={task} narrow /> },
  { id: 'priority', head: 'Priority', width: 124, rank: 6, sort: 'priority', first: 'up', bar: 24, isUsual: true, cell: (task) => <PriorityCell task={task} /> },
  { id: 'batch', head: 'Batch', width: 88, rank: 7, sort: 'batch', first: 'up', isUsual: true, cell: (task) => <Text of={task.batch} /> },
  { id: 'reserved', head: 'Reserved by', width: 124, sort: 'reserved_by', first: 'up', leads: true, cell: (task) => <Text of={task.reserved_by?.name} /> },
  { id: 'audit', head: 'Audit', width: 104, sort: 'audit', first: 'up', bar: 64, cell: (task) => (task.audit ? <StatusBadge state={task.audit} /> : <None />) },
  { id: 'created', head: 'Created', width: 96, rank: 8, sort: 'created_at', bar: 56, isUsual: true, cell: (task) => <Time at={task.created_at} /> },
  { id: 'submitted', head: 'Last submitted', width: 118, rank: 2, sort: 'last_submitted_at', bar: 60, isUsual: true, cell: (task) => <Time at={task.last_submitted_at} /> },
  { id: 'completed', head: 'Completed', width: 98, sort: 'completed_at', bar: 60, cell: (task) => <Time at={task.completed_at} /> },
  { id: 'seconds', head: 'Time spent', width: 94, align: 'end', sort: 'seconds', leads: true, bar: 40, cell: (task) => <Number n={task.seconds} says={duration} /> },
  { id: 'cost', head: 'Cost', width: 72, align: 'end', sort: 'cost', leads: true, bar: 30, cell: (task) => <Number n={task.cost} says={credits} /> },
]

const narrow: TaskColumn[] = [
  { id: 'tall-picture', head: 'Picture', quiet: true, width: 32, bar: 24, below: TALL.below, cell: (task) => <Thumbnail url={task.thumbnail_url} /> },
  { id: 'tall-task', head: 'Task', min: 120, below: TALL.below, cell: (task) => <Told task={task} /> },
  { id: 'tall-status', head: 'Status', width: 116, sort: 'status', first: 'up', bar: 84, below: TALL.below, cell: (task) => <Stands task={task} /> },
]

const Told = ({ task }: { task: TaskRow }) => (
  <span className={css['lines']}>
    <span>{task.preview || task.external_id || 'No text'}</span>
    <span className="meta">{[task.project.name, task.preview ? task.external_id : null, task.batch].filter(Boolean).join(' · ')}</span>
  </span>
)

const Stands = ({ task }: { task: TaskRow }) => (
  <span className={css['lines']}>
    <TaskStatusBadge task={task} narrow />
    <span className="meta"><Time at={task.last_submitted_at ?? task.created_at} /></span>
  </span>
)

/** The columns somebody may choose from. */
export const columnsFor = (isLead: boolean): TaskColumn[] => all.filter((column) => isLead || !column.leads)

export const usualColumns = (columns: TaskColumn[]): string[] => columns.filter((column) => column.isUsual).map((column) => column.id)

/** The columns to show: the usual ones as far as there is room, or those that were chosen, all of them. */
export function shownColumns(columns: TaskColumn[], chosen: string[] | undefined): TaskColumn[] {
  const picked = chosen?.map((id) => columns.find((column) => column.id === id)).filter((column) => column !== undefined)
  const wide = picked && picked.length > 0 ? picked.map((column) => ({ ...column, rank: undefined })) : columns.filter((column) => column.isUsual)
  return [...wide.map((column) => ({ ...column, from: TALL.below })), ...narrow]
}
