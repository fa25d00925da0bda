// The home of those who answer: one button to begin, what is in hand, what was sent back, which queues there are.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useState } from 'react'
import { useFacts } from '@/api/live'
import type { HeldTask, WorkHome } from '@/api/types'
import { type Queue, WAITING_MS, freeIn, useTakeNext, workQuery } from '@/api/work'
import { Button } from '@/design/Button'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { Page } from '@/design/Page'
import { Skeleton } from '@/design/Skeleton'
import { KeptTable } from '@/features/work/KeptTable'
import { UpcomingList } from '@/features/work/UpcomingList'
import { HeldTable } from '@/features/work/HeldTable'
import { Queues } from '@/features/work/Queues'
import css from '@/features/work/WorkHome.module.css'
import { count, duration, totalOf } from '@/lib/format'
import { useHotkeys } from '@/lib/hotkeys'

export function WorkPage() {
  const work = useQuery({ ...workQuery, refetchInterval: ({ state }) => state.data !== undefined && freeIn(state.data.queues).n === 0 && WAITING_MS })
  const { refetch } = work
  useFacts((facts) => {
    if (facts.some((fact) => /reservation|task|run|answer/.test(fact.noun))) void refetch()
  })
  return (
    <Page trail={['Work']} title="Work" body="plain">
      {work.isError && !work.data ? <ProblemNotice problem={work.error} size="page" onRetry={() => void refetch()} /> : work.data ? <Home work={work.data} /> : <Waiting />}
    </Page>
  )
}

function Home({ work }: { work: WorkHome }) {
  const navigate = useNavigate()
  const next = useTakeNext()
  const [pending, setPending] = useState<WorkHome['queues'][number] | 'any' | null>(null)
  const [looking, setLooking] = useState(false)
  const [nothing, setNothing] = useState(false)
  const free = freeIn(work.queues)
  const freeTasks = totalOf(free.n, free.isExact, 'free task')
  const mine = work.held
  const kept = work.kept.filter((each) => each.step !== null).length

  const open = (held: HeldTask) => void navigate({ to: '/work/$reservationId', params: { reservationId: held.id } })
  const start = (from: WorkHome['queues'][number] | 'any') => {
    const queue: Queue = from === 'any' ? {} : { project: from.project.id, step: from.step }
    setPending(from)
    setNothing(false)
    next.mutate(queue, {
      onSuccess: (hold) => (hold ? void navigate({ to: '/work/$reservationId', params: { reservationId: hold.reservation.id }, search: queue }) : setNothing(true)),
      onSettled: () => setPending(null),
    })
  }
  const first = mine[0]
  const go = () => (first ? open(first) : start('any'))
  useHotkeys([{ keys: 's', says: first ? 'Resume' : 'Start', run: go }])
  if (work.queues.length === 0 && mine.length === 0 && work.kept_count === 0) {
    return <EmptyState title="There is no work for you yet" icon={<IconPlayerPlay size={22} />}>A step appears here when its flow asks people, and you may take it. A manager sets that up in the Studio.</EmptyState>
  }
  return (
    <div style={{ overflow: 'auto', flex: 1 }}>
      <div className={css['home']}>
        <div className={css['top']}>
          <div className={css['start']}>
            <div>
              <Button look="primary" keys="s" icon={<IconPlayerPlay size={15} />} pending={pending === 'any'} disabledReason={first || kept > 0 || free.n > 0 ? null : 'Nothing is free right now. New work appears here by itself.'} onClick={go}>
                {first ? `Resume ${first.task.external_id ?? 'your task'}` : 'Start'}
              </Button>
              <span className="meta">{first ? `then ${freeTasks}` : kept > 0 ? `takes what is kept for you, then ${freeTasks}` : free.n > 0 ? `takes the next of ${freeTasks}` : 'nothing is free right now'}</span>
            </div>
            {nothing && <p className={css['says']} role="status">Somebody else was faster: nothing was left to take.</p>}
            <ProblemNotice problem={next.error} />
          </div>
          <dl className={css['numbers']} aria-label="Today">
            <div><dt>Submitted today</dt><dd>{count(work.today.submitted)}</dd></div>
            <div><dt>Time today</dt><dd>{work.today.seconds > 0 ? duration(work.today.seconds) : '–'}</dd></div>
            <div><dt>Per task</dt><dd>{work.today.submitted > 0 ? duration(work.today.seconds / work.today.submitted) : '–'}</dd></div>
          </dl>
        </div>
        {work.held.length > 0 && (
          <section className={css['section']}>
            <h2>In your hands <span className="meta numbers">{work.held.length}</span></h2>
            <HeldTable label="In your hands" tasks={work.held} href={(held) => `/work/${held.id}`} onOpen={open} />
          </section>
        )}
        {work.kept_count > 0 && (
          <section className={css['section']}>
            <h2>Kept for you <span className="meta numbers">{count(work.kept_count)}</span></h2>
            <KeptTable tasks={work.kept} />
          </section>
        )}
        {work.queues.length > 0 && (
          <section className={css['section']}>
            <h2>Queues <span className="meta numbers">{work.queues.length}</span></h2>
            <Queues queues={work.queues} pending={pending} onStart={start} />
          </section>
        )}
        <details className={`${css['section']} ${css['next']}`} onToggle={(event) => setLooking(event.currentTarget.open)}>
          <summary><h2>What comes next</h2></summary>
          {looking && <UpcomingList />}
        </details>
      </div>
    </div>
  )
}

const Waiting = () => (
  <div className={css['home']} aria-busy>
    <div className={css['top']}><Skeleton width={130} height={34} /></div>
    <div className={css['section']}><Skeleton height={200} radius={6} /></div>
  </div>
)
