// The workbench: one reserved task after another, without the frame of the other pages.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { fileQuery } from '@/api/files'
import { useFacts } from '@/api/live'
import type { Hold } from '@/api/types'
import { type Queue, WAITING_MS, holdQuery, useTakeNext, workQuery } from '@/api/work'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { EndedHold, NothingLeft } from '@/features/work/Endings'
import { Workbench } from '@/features/work/Workbench'
import { asProblem } from '@/lib/problem'
import { AnswerView } from '@/pages/answer-view'
import { kindOfWork } from '@/pages/work-kinds'
import css from '@/pages/workbench.module.css'

export function WorkbenchPage() {
  const { reservationId } = useParams({ from: '/known/work/$reservationId' })
  const queue = useSearch({ from: '/known/work/$reservationId' })
  const hold = useQuery(holdQuery(reservationId))
  const { refetch } = hold
  useFacts((facts) => {
    // Somebody else may end a hold: a manager who releases it, the clock that lets it expire.
    if (facts.some((fact) => fact.id === reservationId && /released|expired/.test(fact.name))) void refetch()
  })
  if (hold.data) return <Held key={reservationId} hold={hold.data} queue={queue} onStale={() => void refetch()} />
  if (hold.isError && asProblem(hold.error).status === 404) {
    return (
      <EmptyState title="There is no such reservation" action={<Link to="/work">Back to Work</Link>}>
        It may belong to somebody else, or its task was deleted.
      </EmptyState>
    )
  }
  if (hold.isError) return <ProblemNotice problem={hold.error} size="page" onRetry={() => void refetch()} />
  return <Waiting />
}

function Held({ hold, queue, onStale }: { hold: Hold; queue: Queue; onStale: () => void }) {
  const navigate = useNavigate()
  const next = useTakeNext()
  const [isEmpty, setEmpty] = useState(false)
  const work = useQuery({ ...workQuery, refetchInterval: isEmpty && WAITING_MS })
  const { refetch: lookAgain } = work
  useFacts(() => void (isEmpty && lookAgain()))
  const kind = kindOfWork(hold.step_run.use)
  const pictureId = kind.pictureId?.(hold) ?? null
  const known = pictureId ? hold.task.files[pictureId] : undefined
  const picture = useQuery({ ...fileQuery(pictureId ?? ''), enabled: pictureId !== null && !known })
  const [prefilled] = useState(() => kind.prefilled(hold))
  const [began] = useState(hold.reservation.state)
  const { step_run: step } = hold
  const check = useCallback((answer: Hold['step_run']['with']) => kind.check({ step_run: step } as Hold, answer), [kind, step])
  const from = useMemo(() => (queue.project ? `${hold.task.project.name} › ${step.step}` : null), [queue.project, hold.task.project.name, step.step])
  const title = `${hold.task.external_id ?? step.step} · ${hold.task.project.name}`
  useEffect(() => {
    document.title = `${title} · Taskyard`
  }, [title])

  const go = (found: Hold | null) => {
    if (!found) return setEmpty(true)
    setEmpty(false)
    void navigate({ to: '/work/$reservationId', params: { reservationId: found.reservation.id }, search: queue, replace: true })
  }
  const take = (wanted: Queue) => next.mutate(wanted, { onSuccess: (found) => (found ? void navigate({ to: '/work/$reservationId', params: { reservationId: found.reservation.id }, search: wanted, replace: true }) : setEmpty(true)) })

  if (isEmpty) return <NothingLeft from={from} work={work.data} onTake={take} pending={next.isPending} problem={next.error} />
  const { state } = hold.reservation
  // What was submitted from here a moment ago stays until the next one is there.
  const isOver = state === 'expired' && ['cancelled', 'failed', 'skipped'].includes(hold.step_run.state)
  const isOurs = (['held', 'expired'].includes(state) && !isOver) || (state === 'submitted' && began !== 'submitted')
  if (!isOurs) return <EndedHold hold={hold} onTake={() => take(queue)} pending={next.isPending} problem={next.error} />
  if (pictureId && !known && picture.isPending) return <Waiting />
  return (
    <Workbench
      hold={hold}
      queue={queue}
      prefilled={prefilled}
      check={check}
      written={(answer) => kind.written?.(hold, answer) ?? JSON.stringify(answer)}
      isDrawn={kind.pictureId !== undefined}
      version={(answer, other) => <AnswerView work={hold} answer={answer} other={other} />}
      editor={(bench) => kind.editor(hold, bench, known ?? picture.data)}
      onNext={go}
      onLeave={() => void navigate({ to: '/work' })}
      onEnded={onStale}
    />
  )
}

function Waiting() {
  return (
    <div className={css['waiting']} aria-busy aria-label="Loading the task">
      <div className={css['bar']}><Skeleton width={220} /></div>
      <div className={css['field']} />
    </div>
  )
}
