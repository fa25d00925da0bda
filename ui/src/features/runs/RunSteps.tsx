// The steps of a run as a vertical line: who did what, for how long, and what went wrong in words.
import { IconChevronRight, IconCpu, IconUser } from '@tabler/icons-react'
import { useState } from 'react'
import type { Run, RunStep, StepRun } from '@/api/types'
import { StatusBadge } from '@/design/StatusBadge'
import { Duration } from '@/design/Time'
import { StepErrorNotice } from '@/features/runs/StepErrorNotice'
import { isModel, isUnderway, spanOf, stepSummary } from '@/features/runs/steps'
import css from '@/features/runs/RunSteps.module.css'

interface RunStepsProps {
  run: Run
  /** What happened last, shown at the step that is under way. */
  says?: string | null
}

export function RunSteps({ run, says }: RunStepsProps) {
  return (
    <ol className={css['steps']} aria-label="Steps">
      {run.steps.map((step) => (
        <Step key={`${run.id} ${step.id}`} step={step} says={says} error={run.error?.step === step.id ? run.error : null} />
      ))}
    </ol>
  )
}

function Step({ step, says, error }: { step: RunStep; says?: string | null; error: Run['error'] }) {
  const underway = isUnderway(step)
  const failed = step.state === 'failed'
  // The one at work and the one that failed are open by themselves; the reader's own choice wins.
  const [chosen, setChosen] = useState<boolean | null>(null)
  const open = chosen ?? (underway || failed)
  const span = spanOf(step)
  const told = step.step_runs.some((one) => one.error)
  return (
    <li className={css['step']} data-state={step.state}>
      <span className={css['dot']}>
        <StatusBadge state={step.state} bare size={16} />
      </span>
      <div className={css['what']}>
        <button type="button" className={css['head']} aria-expanded={open} onClick={() => setChosen(!open)}>
          <span className={css['name']}>{step.id}</span>
          <span className="meta truncate">{stepSummary(step)}</span>
          <span className={css['time']}>{span && <Duration from={span.from} to={span.to} />}</span>
          <IconChevronRight size={14} className={css['turn']} aria-hidden />
        </button>
        {open && (
          <div className={css['inside']}>
            {step.reason && !told && !error && <p className={css['reason']}>{step.reason}</p>}
            {underway && says && <p className={css['reason']} aria-live="polite">{says}</p>}
            {step.step_runs.map((one) => (
              <Turn key={one.id} turn={one} />
            ))}
            {step.step_runs.length === 0 && !step.reason && <p className="meta">{step.state === 'skipped' ? 'Its condition was not met.' : 'Nobody has begun yet.'}</p>}
            {error && !told && <StepErrorNotice error={error} />}
          </div>
        )}
      </div>
    </li>
  )
}

function Turn({ turn }: { turn: StepRun }) {
  return (
    <div className={css['turnline']}>
      <div className={css['who']}>
        {isModel(turn.performer) ? <IconCpu size={14} aria-hidden /> : <IconUser size={14} aria-hidden />}
        <span className="truncate">{turn.holder?.name ?? turn.performer}</span>
        <StatusBadge state={turn.state} size={13} />
        {turn.attempt > 1 && <span className="meta">attempt {turn.attempt}</span>}
        <span className={css['time']}>{turn.started_at && <Duration from={turn.started_at} to={turn.ended_at} />}</span>
      </div>
      {turn.reason && !turn.error && <p className={css['reason']}>{turn.reason}</p>}
      {turn.error && <StepErrorNotice error={turn.error} />}
    </div>
  )
}
