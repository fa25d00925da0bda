// Answers by step: who, when, how long, how sure, and what; those with regions can be laid over the picture.
import { IconEye, IconEyeOff, IconRobot, IconUser } from '@tabler/icons-react'
import { useState } from 'react'
import type { Answer, Json, Run } from '@/api/types'
import { IconButton } from '@/design/Button'
import { EmptyState } from '@/design/Notice'
import { Time } from '@/design/Time'
import { byStep, inWords, labelSummary, plainFields, shapesOf } from '@/features/task/answer-text'
import css from '@/features/task/TaskPage.module.css'
import { duration } from '@/lib/format'

interface AnswersTabProps {
  answers: readonly Answer[]
  run: Run | null
  shown: ReadonlySet<string>
  onShow: (id: string) => void
  /** Why there are none, in the words of the run. */
  waitsFor: string | null
  /** Answers the task brought along, by step. */
  brought: Record<string, Json>
  /** By what. */
  broughtBy: string
}

export function AnswersTab({ answers, run, shown, onShow, waitsFor, brought, broughtBy }: AnswersTabProps) {
  return (
    <div>
      {answers.length === 0 && <EmptyState title="No answers yet">{waitsFor ?? 'They appear here as the steps of the flow give them.'}</EmptyState>}
      {byStep(answers, run?.steps.map((step) => step.id) ?? []).map(([step, list]) => (
        <section key={step} className={css['step']}>
          <h3>{step} <span className="meta">{list[0]?.use}</span></h3>
          {list.map((answer) => <AnswerCard key={answer.id} answer={answer} isShown={shown.has(answer.id)} onShow={onShow} />)}
        </section>
      ))}
      <Brought brought={brought} by={broughtBy} />
    </div>
  )
}

/** What the task came with for people to start from. None of it is an answer yet. */
function Brought({ brought, by }: { brought: Record<string, Json>; by: string }) {
  const steps = Object.entries(brought)
  if (steps.length === 0) return null
  return (
    <section className={css['brought']} aria-label="What it came with">
      <h3>What it came with <span className="meta">for people to start from</span></h3>
      {steps.map(([step, data]) => (
        <article key={step} className={css['answer']}>
          <header><span className={css['by']}>{step}</span><span className={css['prefill']}>{by}</span></header>
          {('regions' in data || 'lines' in data) && <p>{labelSummary(shapesOf({ id: step, data }))}</p>}
          <Fields data={data} />
        </article>
      ))}
    </section>
  )
}

function AnswerCard({ answer, isShown, onShow }: { answer: Answer; isShown: boolean; onShow: (id: string) => void }) {
  const shapes = shapesOf(answer)
  const facts = [
    answer.seconds !== null && duration(answer.seconds),
    answer.confidence !== null && `${Math.round(answer.confidence * 100)} % sure`,
  ].filter(Boolean)
  return (
    <article className={css['answer']}>
      <header>
        {answer.by.kind === 'model' ? <IconRobot size={15} aria-label="Model" /> : <IconUser size={15} aria-label="Person" />}
        <span className={css['by']}>{answer.by.name}</span>
        {answer.kind === 'prior' && <span className={css['late']}>before the fix</span>}
        {answer.fixes && <span className={css['fixed']}>fix</span>}
        {answer.kind === 'late_draft' && <span className={css['late']}>came too late</span>}
        <span className={css['when']}>{facts.length > 0 && <>{facts.join(' · ')} · </>}<Time at={answer.created_at} /></span>
        {shapes.length > 0 && (
          <IconButton small label={isShown ? 'Take off the picture' : 'Show on the picture'} aria-pressed={isShown} onClick={() => onShow(answer.id)}>
            {isShown ? <IconEye size={15} /> : <IconEyeOff size={15} />}
          </IconButton>
        )}
      </header>
      {'regions' in answer.data && <p>{labelSummary(shapes)}</p>}
      <Fields data={answer.data} />
    </article>
  )
}

/** `differing` are the fields that are otherwise in another version. */
export function Fields({ data, differing }: { data: Json; differing?: ReadonlySet<string> }) {
  const scores = data['scores']
  const fields = plainFields(data)
  if (fields.length === 0) return null
  return (
    <dl className={css['fields']}>
      {fields.map(([name, value]) => (
        <div key={name} data-differs={differing?.has(name) || undefined}>
          <dt>{name.replaceAll('_', ' ')}{differing?.has(name) && <span className="sr-only"> (differs)</span>}</dt>
          <dd><Value value={value} scores={name === 'labels' ? scores : null} /></dd>
        </div>
      ))}
    </dl>
  )
}

function Value({ value, scores }: { value: unknown; scores: unknown }) {
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) {
    const known = (scores ?? {}) as Record<string, number>
    return <>{value.map((one) => (known[String(one)] === undefined ? String(one) : `${String(one)} (${Math.round((known[String(one)] ?? 0) * 100)} %)`)).join(', ')}</>
  }
  if (Array.isArray(value)) return <ul>{value.map((one, at) => <li key={at}>{inWords(one)}</li>)}</ul>
  if (value !== null && typeof value === 'object') return <>{inWords(value)}</>
  if (typeof value === 'boolean') return <>{value ? 'yes' : 'no'}</>
  return <Words text={String(value)} />
}

const LINES = 5
const LINE_CHARS = 60

/** A long text shows its beginning, and the whole when it is asked for. */
function Words({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false)
  const isLong = text.split('\n').length > LINES || text.length > LINES * LINE_CHARS
  return (
    <>
      <span className={css['words']} data-cut={(isLong && !isWhole) || undefined}>{text}</span>
      {isLong && <button type="button" className={css['more']} onClick={() => setWhole(!isWhole)}>{isWhole ? 'Less' : 'All of it'}</button>}
    </>
  )
}
