// The bones of the flow beside its text: what a task brings, and what is done with it, by whom.
import { IconAlertCircle } from '@tabler/icons-react'
import type { FlowProblem } from '@/api/types'
import type { Outline, OutlineStep } from '@/features/studio/outline'
import { Performers } from '@/features/studio/StepChain'
import css from '@/features/studio/FlowSide.module.css'
import { counted } from '@/lib/format'

interface FlowSideProps {
  outline: Outline
  problems: FlowProblem[]
  onGo: (line: number) => void
}

export function FlowSide({ outline, problems, onGo }: FlowSideProps) {
  return (
    <aside className={css['bones']} aria-label="Overview of the flow">
      <h2>A task brings</h2>
      <ul className={css['fields']}>
        {outline.fields.map((field) => (
          <li key={field.name}>
            <button type="button" onClick={() => onGo(field.line)}>
              <code>{field.name}</code>
              <span className={css['kind']}>{field.choices.length > 0 ? `one of ${field.choices.join(', ')}` : field.kind}</span>
              {field.required && <span className={css['required']}>required</span>}
            </button>
          </li>
        ))}
        {outline.fields.length === 0 && <li className={css['nothing']}>Nothing is described under `input` yet.</li>}
      </ul>
      <h2>Then</h2>
      <ol className={css['line']}>
        {outline.steps.map((step, at) => (
          <StepLine key={`${step.id} ${at}`} step={step} count={problems.filter((problem) => problem.step === step.id).length} onGo={onGo} />
        ))}
        {outline.steps.length === 0 && <li className={css['nothing']}>No steps yet.</li>}
      </ol>
    </aside>
  )
}

function StepLine({ step, count, onGo }: { step: OutlineStep; count: number; onGo: (line: number) => void }) {
  return (
    <li>
      <button type="button" onClick={() => onGo(step.line)}>
        <span className={css['stepid']}>
          {step.id}
          {count > 0 && (
            <span className={css['flawed']} title={counted(count, 'problem')}>
              <IconAlertCircle size={14} aria-hidden /> <span className="sr-only">{counted(count, 'problem')}</span>
            </span>
          )}
        </span>
        <span className={css['stepwhat']}>
          {step.use ?? 'no kind yet'} <Performers by={step.by} /> {step.by.join(' and ') || 'nobody yet'}
        </span>
        {step.when && <span className={css['stepwhat']}>only when its condition is met</span>}
      </button>
    </li>
  )
}
