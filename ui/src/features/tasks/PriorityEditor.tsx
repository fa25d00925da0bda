// The priority of one task, changed where it stands: now, or from a step of its flow on.
import { useId, useLayoutEffect, useRef, useState } from 'react'
import { useChangeTask } from '@/api/tasks'
import type { TaskRow } from '@/api/types'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import popover from '@/design/Popover.module.css'
import { beside } from '@/design/place'
import css from '@/features/tasks/PriorityEditor.module.css'
import { priorityWords, signed } from '@/lib/format'

const LEAST = -(2 ** 31)
const MOST = 2 ** 31 - 1

export interface PriorityAsked {
  task: TaskRow
  /** The button that was pressed; the editor stands beside it. */
  at: DOMRect
}

interface PriorityEditorProps extends PriorityAsked {
  /** Of the task's flow. */
  steps: string[]
  onClose: () => void
}

export function PriorityEditor({ task, at, steps, onClose }: PriorityEditorProps) {
  const panel = useRef<HTMLDivElement>(null)
  const field = useId()
  const [typed, setTyped] = useState(String(task.priority))
  const [from, setFrom] = useState('')
  const change = useChangeTask()
  const own = task.step_priorities
  const choose = (step: string) => {
    setFrom(step)
    setTyped(String(own[step] ?? task.priority))
  }
  const said = typed.trim().replace('−', '-')
  const priority = /^-?\d{1,10}$/.test(said) ? Number(said) : NaN
  const why = priority >= LEAST && priority <= MOST ? null : 'A whole number of at most 32 bits'
  useLayoutEffect(() => {
    const box = panel.current
    if (!box) return
    box.showPopover()
    const { left, top } = beside(at, box.getBoundingClientRect(), { width: innerWidth, height: innerHeight }, { side: 'below', align: 'start', gap: 4 })
    box.style.left = `${left}px`
    box.style.top = `${top}px`
    box.querySelector('input')?.select()
  }, [at])
  const save = (number: number | null) => change.mutate({ id: task.id, priority: number, ...(from && { from_step: from }) }, { onSuccess: () => panel.current?.hidePopover() })
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    if (!why && !change.isPending) save(priority)
  }
  return (
    <div ref={panel} popover="auto" role="dialog" aria-label="Priority" className={popover['panel']} onToggle={(event) => event.newState === 'closed' && onClose()} onKeyDown={(event) => event.stopPropagation()}>
      <form className={css['form']} onSubmit={submit}>
        <label htmlFor={field}>Priority</label>
        <div className={css['line']}>
          <input id={field} inputMode="numeric" value={typed} aria-invalid={Boolean(why) || undefined} onChange={(event) => setTyped(event.target.value)} />
          <span className={css['word']}>{why ? '' : priorityWords(priority)}</span>
        </div>
        {steps.length > 1 && (
          <select aria-label="From which step on" value={from} onChange={(event) => choose(event.target.value)}>
            <option value="">at every step</option>
            {steps.map((step) => <option key={step} value={step}>from {step} on{own[step] !== undefined && `: ${signed(own[step])}`}</option>)}
          </select>
        )}
        <p className="meta">The lower number is handed out earlier.</p>
        <ProblemNotice problem={change.error} />
        <div className={css['line']}>
          <Button small look="primary" type="submit" disabledReason={why} pending={change.isPending && change.variables.priority !== null}>Save</Button>
          {own[from] !== undefined && <Button small pending={change.isPending && change.variables.priority === null} onClick={() => save(null)}>No number of its own</Button>}
        </div>
      </form>
    </div>
  )
}
