// What stands in place of the work when it has ended: nothing left, too late, given back, sent but the line broke.
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Hold, WorkHome } from '@/api/types'
import { freeIn } from '@/api/work'
import { Button } from '@/design/Button'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { CopyButton } from '@/design/Time'
import { readLocal } from '@/features/work/local-draft'
import css from '@/features/work/Workbench.module.css'
import { exactOf, written } from '@/lib/exact-json'
import { counted, shortId, total, totalOf, words } from '@/lib/format'

const Standing = ({ children }: { children: ReactNode }) => (
  <div className={css['bench']}>
    <main className={css['ended']} id="main">{children}</main>
  </div>
)

export function SentButStuck({ problem, onRetry }: { problem: unknown; onRetry: () => void }) {
  return (
    <Standing>
      <EmptyState title="Submitted" action={<Link to="/work">Back to Work</Link>}>Your answer has arrived. The next task could not be fetched.</EmptyState>
      <ProblemNotice problem={problem} onRetry={onRetry} size="page" />
    </Standing>
  )
}

interface LateSubmitProps {
  says: string
  onNext: () => void
  pending: boolean
  problem: unknown
}

export function LateSubmit({ says, onNext, pending, problem }: LateSubmitProps) {
  return (
    <Standing>
      <EmptyState title="Somebody else has this task now" action={<><Button look="primary" pending={pending} onClick={onNext}>Take the next task</Button><Link to="/work">Back to Work</Link></>}>
        {says} Your work is not lost: it was kept as a draft with the task, where a manager can see it.
      </EmptyState>
      <ProblemNotice problem={problem} size="page" />
    </Standing>
  )
}

interface NothingLeftProps {
  from: string | null
  work: WorkHome | undefined
  onTake: (queue: { project?: string; step?: string }) => void
  pending: boolean
  problem: unknown
}

/** The queue is empty: what was done today, and where else there is work. It comes alive by itself when work arrives. */
export function NothingLeft({ from, work, onTake, pending, problem }: NothingLeftProps) {
  const others = (work?.queues ?? []).filter((queue) => queue.free > 0)
  const done = work?.today.submitted ?? 0
  const free = freeIn(others)
  return (
    <Standing>
      <EmptyState
        title={from ? `Nothing left in ${from}` : 'Nothing left to take'}
        action={
          <>
            {others.length > 0 && <Button look="primary" pending={pending} onClick={() => onTake({})}>{free.n === 1 ? 'Take that one' : `Take the next of ${totalOf(free.n, free.isExact, 'task')}`}</Button>}
            <Link to="/work">Back to Work</Link>
          </>
        }
      >
        {done > 0 ? `You have submitted ${counted(done, 'task')} today. ` : ''}
        {others.length > 0 ? `There is work in ${others.slice(0, 3).map((queue) => `${queue.project.name} › ${queue.step} (${total(queue.free, queue.free_is_exact)})`).join(', ')}.` : 'When new work arrives it is offered here; you can leave this page open.'}
      </EmptyState>
      <ProblemNotice problem={problem} size="page" />
    </Standing>
  )
}

const SAYS: Record<string, string> = {
  submitted: 'Its answer has been submitted.',
  released: 'You gave it back to the queue. Somebody else may have it by now.',
  skipped: 'You skipped it.',
}

interface EndedHoldProps {
  hold: Hold
  onTake: () => void
  pending: boolean
  problem: unknown
}

/** A hold that has ended, perhaps by another's hand while somebody was working: who or what ended it, and what is kept. */
export function EndedHold({ hold, onTake, pending, problem }: EndedHoldProps) {
  const { id, state, reason, draft } = hold.reservation
  const isGone = state === 'submitted' || state === 'skipped'
  const local = isGone ? null : readLocal(id)
  // "Ben released this: …"; what somebody wrote as they skipped is not for the head of a page.
  const [head, more] = !isGone && reason ? halves(reason) : [`This reservation is ${words(state)}`, SAYS[state] ?? 'It has ended.']
  const name = hold.task.external_id ?? shortId(hold.task.id)
  const kept = isGone || (!draft && !local) ? null : state === 'released' ? 'Your draft is kept: if you take the task again, you go on from it.' : 'Your draft is kept.'
  return (
    <Standing>
      <div role="alert">
        <EmptyState title={head} action={<><Button look="primary" pending={pending} onClick={onTake}>Take the next task</Button><Link to="/work">Back to Work</Link><Link to="/tasks/$taskId" params={{ taskId: hold.task.id }}>Open the task</Link>{local && <CopyButton text={written(exactOf(local.answer))} label="Copy what you had entered" />}</>}>
          {name} of {hold.task.project.name}. {more} {kept}
        </EmptyState>
      </div>
      <ProblemNotice problem={problem} size="page" />
    </Standing>
  )
}

/** "Ben released this: it went back to the queue." as a head and what follows from it. */
function halves(reason: string): [string, string] {
  const at = reason.indexOf(': ')
  const rest = reason.slice(at + 2)
  return at < 0 ? [reason.replace(/\.$/, ''), ''] : [reason.slice(0, at), rest.charAt(0).toUpperCase() + rest.slice(1)]
}
