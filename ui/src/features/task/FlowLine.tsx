// Where a task stands in its flow: a thin line of dots, one for each step, the present one with its name.
import type { RunStep } from '@/api/types'
import css from '@/features/task/TaskPage.module.css'
import { counted, words } from '@/lib/format'

const NOW = new Set(['running', 'waiting', 'failed', 'cancelling'])

export function FlowLine({ steps }: { steps: readonly RunStep[] }) {
  const present = steps.find((step) => NOW.has(step.state)) ?? steps.find((step) => step.state === 'queued')
  const done = steps.filter((step) => step.state === 'completed' || step.state === 'skipped').length
  return (
    <span className={css['flow']}>
      <ol aria-label={`${done} of ${steps.length} steps done`}>
        {steps.map((step) => (
          <li key={step.id} data-state={step.state} data-now={step === present || undefined} title={`${step.id}: ${words(step.state)}${step.reason ? `, ${step.reason}` : ''}`}>
            <span className="sr-only">{step.id}, {words(step.state)}</span>
          </li>
        ))}
      </ol>
      <span className={css['present']}>{present ? <>{present.id} <span className="meta">{present.reason ?? words(present.state)}</span></> : <span className="meta">{done === steps.length ? allSteps(done) : `${done} of ${counted(steps.length, 'step')}`}</span>}</span>
    </span>
  )
}

/** "all 3 steps", and "1 step" of a flow that has no more. */
export const allSteps = (n: number): string => `${n === 1 ? '' : 'all '}${counted(n, 'step')}`
