// The line under the bar: what the task is, how it stands, where in its flow, and when it will be handed out.
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Run, TaskPage } from '@/api/types'
import { StatusBadge } from '@/design/StatusBadge'
import { Id } from '@/design/Time'
import { FlowLine } from '@/features/task/FlowLine'
import css from '@/features/task/TaskPage.module.css'
import { count, signed } from '@/lib/format'

interface TaskHeadProps {
  task: TaskPage
  run: Run | null
  onRun: (id: string) => void
  actions: ReactNode
}

/** By what it stands in line now, or will: the number where it waits, what waiting has gained, and from which step on another holds. */
function handOut({ priority, step_priorities: own }: TaskPage, run: Run | null): string {
  const turn = run?.steps.flatMap((step) => step.step_runs).find((one) => ['queued', 'waiting', 'running'].includes(one.state))
  const now = turn ? turn.priority + turn.aged : priority
  const says = now === 0 ? 'handed out in the usual order' : `handed out ${now < 0 ? 'earlier' : 'later'} than usual (${signed(now)})`
  const aged = turn && turn.aged > 0 ? `, ${count(turn.aged)} earlier for waiting` : ''
  const steps = Object.entries(own).map(([step, number]) => `${signed(number)} from ${step} on`)
  return `${says}${aged}${steps.length > 0 ? ` · ${steps.join(', ')}` : ''}`
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
      {task.reserved_for && <span className="meta">kept for {task.reserved_for.name}</span>}
      {isOpen && <span className="meta">{handOut(task, run)}</span>}
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
