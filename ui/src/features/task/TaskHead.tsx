// The line under the bar: what the task is, how it stands, where in its flow, and when it will be handed out.
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Run, TaskPage } from '@/api/types'
import { StatusBadge } from '@/design/StatusBadge'
import { Id } from '@/design/Time'
import { FlowLine } from '@/features/task/FlowLine'
import css from '@/features/task/TaskPage.module.css'
import { signed } from '@/lib/format'

interface TaskHeadProps {
  task: TaskPage
  run: Run | null
  onRun: (id: string) => void
  actions: ReactNode
}

function handOut(priority: number): string {
  if (priority === 0) return 'handed out in the usual order'
  return `handed out ${priority < 0 ? 'earlier' : 'later'} than usual (${signed(priority)})`
}

export function TaskHead({ task, run, onRun, actions }: TaskHeadProps) {
  const isOpen = task.status === 'queued' || task.status === 'in_progress'
  return (
    <div className={css['head']}>
      <Id id={task.id} label="task id" />
      <StatusBadge state={task.status} />
      {task.redo_count > 0 && <StatusBadge state="redo" word={`redo ${task.redo_count}`} />}
      {run && run.steps.length > 0 && <FlowLine steps={run.steps} />}
      {task.reserved_by && <span className="meta">with {task.reserved_by.name}</span>}
      {isOpen && <span className="meta">{handOut(task.priority)}</span>}
      {task.batch && <Link to="/tasks" search={{ batch: task.batch }} className="meta">batch {task.batch}</Link>}
      <span className={css['push']} />
      {task.runs.length > 1 && (
        <select className={css['runs']} aria-label="Run" value={run?.id} onChange={(event) => onRun(event.target.value)}>
          {task.runs.map((each) => <option key={each.id} value={each.id}>Run {each.number} of {task.runs.length}, {each.state}</option>)}
        </select>
      )}
      <span className={css['actions']}>{actions}</span>
    </div>
  )
}
