// One held task at full height: the bar, the editor of its kind, and everything that can happen to a hold.
import { useQuery } from '@tanstack/react-query'
import { IconAlertTriangle, IconDeviceDesktop } from '@tabler/icons-react'
import { type ReactNode, Suspense, lazy, useRef, useState } from 'react'
import type { Hold, Json } from '@/api/types'
import { type Queue, useRelease, useSkip, useSubmit, useTakeNext, workQuery } from '@/api/work'
import { Button } from '@/design/Button'
import { Confirm } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { ConflictDialog, SkipDialog } from '@/features/work/Dialogs'
import { LateSubmit, SentButStuck } from '@/features/work/Endings'
import { InstructionsDrawer } from '@/features/work/Instructions'
import { PrefilledFrom } from '@/features/work/PrefilledFrom'
import { SentBackNote } from '@/features/work/SentBackNote'
import { useAnswer } from '@/features/work/use-answer'
import { useLease } from '@/features/work/use-lease'
import { type Flaw, useRefusals } from '@/features/work/use-refusals'
import { WorkBar } from '@/features/work/WorkBar'
import css from '@/features/work/Workbench.module.css'
import type { Answering } from '@/lib/answering'
import { exactTime } from '@/lib/format'
import { useHotkeys } from '@/lib/hotkeys'
import { asProblem } from '@/lib/problem'
import { useRemembered } from '@/lib/remember'
import { uuid } from '@/lib/uuid'

const KeyMap = lazy(() => import('@/design/KeyMap').then((room) => ({ default: room.KeyMap })))

export interface Bench extends Answering<Json> {
  steps: { undo: () => void; redo: () => void; canUndo: boolean; canRedo: boolean }
}

interface WorkbenchProps {
  hold: Hold
  queue: Queue
  /** What the answer begins as, before anybody has changed it. */
  prefilled: Json
  check: (answer: Json) => Flaw[]
  /** The answer as JSON for the server. */
  written: (answer: Json) => string
  /** Whether answering means drawing, which a phone is too small for. */
  isDrawn: boolean
  editor: (bench: Bench) => ReactNode
  /** One of two versions of the answer, with what differs from the other. */
  version: (answer: Json, other: Json) => ReactNode
  onNext: (hold: Hold | null) => void
  onLeave: () => void
  onEnded: () => void
}

export function Workbench({ hold, queue, prefilled, check, written, isDrawn, editor, version, onNext, onLeave, onEnded }: WorkbenchProps) {
  const held = hold.reservation
  const work = useAnswer(hold, prefilled, onEnded)
  const refusals = useRefusals(work.answer, check)
  const { seconds } = useLease(held)
  const today = useQuery(workQuery).data?.today.submitted ?? null
  const submit = useSubmit()
  const next = useTakeNext()
  const skip = useSkip()
  const release = useRelease()
  const [asking, setAsking] = useState<'skip' | 'release' | 'keys' | null>(null)
  const [instructions, setInstructions] = useRemembered<'open' | 'shut'>(`instructions.${hold.task.project.id}`, 'open')
  const sent = useRef<{ answer: Json; key: string } | null>(null)
  const isOver = held.state === 'expired' || (held.state === 'held' && seconds <= 0)
  const isBusy = submit.isPending || next.isPending
  const whyNoSubmit = work.saving.kind === 'conflict' ? 'Choose first which of the two versions stands.' : null

  const takeNext = () => next.mutate(queue, { onSuccess: onNext })
  const send = () => {
    // The keys reach behind a dialog, where the button does not.
    if (isBusy || submit.isSuccess || whyNoSubmit || asking) return
    if (!refusals.passes()) return showFirst()
    refusals.clear()
    work.pause()
    if (sent.current?.answer !== work.answer) sent.current = { answer: work.answer, key: uuid() }
    submit.mutate(
      { held, answer: written(work.answer), key: sent.current.key },
      {
        onSuccess: () => {
          work.forget()
          takeNext()
        },
        onError: (thrown) => {
          work.resume()
          refusals.refuse(thrown)
          if (asProblem(thrown).errors.length > 0) showFirst()
        },
      },
    )
  }
  const toggleInstructions = () => setInstructions(instructions === 'open' ? 'shut' : 'open')
  useHotkeys([
    { keys: 'mod+enter', says: 'Submit', group: 'Task', whileTyping: true, run: send },
    { keys: 'mod+z', says: 'Undo', group: 'Task', run: work.steps.undo },
    { keys: 'mod+shift+z', says: 'Redo', group: 'Task', run: work.steps.redo },
    { keys: 'i', says: 'Instructions', group: 'Task', run: toggleInstructions },
    { keys: 's', says: 'Skip, with a reason', group: 'Task', run: () => setAsking('skip') },
    { keys: '?', says: 'Show keys', group: 'Everywhere', run: () => setAsking('keys') },
  ])

  if (submit.isSuccess && next.isError) return <SentButStuck problem={next.error} onRetry={takeNext} />
  if (submit.isError && asProblem(submit.error).code === 'late_submit') return <LateSubmit says={asProblem(submit.error).message} onNext={takeNext} pending={next.isPending} problem={next.error} />

  const bench: Bench = { answer: work.answer, change: work.change, touched: work.touched, touch: work.touch, saysAt: refusals.saysAt, steps: work.steps }
  const wrong = refusals.places.size
  return (
    <div className={css['bench']}>
      <WorkBar hold={hold} seconds={seconds} saving={work.saving} today={today} areInstructionsOpen={instructions === 'open'} onInstructions={toggleInstructions} onSkip={() => setAsking('skip')} onRelease={() => setAsking('release')} onSubmit={send} isSubmitting={isBusy} submitReason={whyNoSubmit} />
      {isOver && (
        <div className={css['notice']} role="status">
          <IconAlertTriangle size={16} aria-hidden />
          <span>
            Your time for this task ended {exactTime(new Date(held.lease_until))}. Nothing is lost: {held.state === 'expired' && hold.step_run.state !== 'queued' ? 'somebody else has the task now, and what you submit is kept as a draft a manager can see.' : 'submit still counts while nobody else has taken the task, and is kept as a draft if somebody has.'}
          </span>
        </div>
      )}
      {wrong > 0 && (
        <div className={css['notice']} role="alert">
          <IconAlertTriangle size={16} aria-hidden />
          <span>{wrong === 1 ? 'One place needs another look before this can be submitted.' : `${wrong} places need another look before this can be submitted.`}</span>
          <Button small onClick={showFirst}>Show the first</Button>
        </div>
      )}
      {wrong === 0 && refusals.problem && <div className={css['refusal']}><ProblemNotice problem={refusals.problem} onRetry={refusals.problem.mayRetry ? send : undefined} /></div>}
      {hold.sent_back && <SentBackNote note={hold.sent_back} />}
      {hold.step_run.prefill && hold.step_run.prefill_from && held.draft_revision === 0 && <PrefilledFrom source={hold.step_run.prefill_from} />}
      {isDrawn && (
        <div className={`${css['notice']} ${css['small']}`}>
          <IconDeviceDesktop size={16} aria-hidden />
          <span>Drawing wants a larger screen. Here you can look, choose labels and correct text.</span>
        </div>
      )}
      <div className={css['body']}>
        {instructions === 'open' && hold.task.instructions && <InstructionsDrawer text={hold.task.instructions} onClose={toggleInstructions} />}
        <main className={css['work']} id="main">{editor(bench)}</main>
      </div>
      {work.saving.kind === 'conflict' && <ConflictDialog conflict={work.saving.conflict} shown={version} onSettle={(answer) => work.saving.kind === 'conflict' && work.settle(answer, work.saving.conflict)} />}
      {asking === 'skip' && (
        <SkipDialog
          open
          onClose={() => setAsking(null)}
          pending={skip.isPending || next.isPending}
          problem={skip.error ?? next.error}
          onSkip={(reason) => {
            work.pause()
            skip.mutate({ held, reason }, { onSuccess: () => { work.forget(); takeNext() }, onError: () => work.resume() })
          }}
        />
      )}
      <Confirm
        open={asking === 'release'}
        onClose={() => setAsking(null)}
        title="Give this task back?"
        verb="Release"
        pending={release.isPending}
        problem={release.error}
        onConfirm={() => {
          work.pause()
          release.mutate({ held }, { onSuccess: () => { work.forget(); onLeave() }, onError: () => work.resume() })
        }}
      >
        It returns to the queue, and somebody else may take it. What you have entered is not submitted.
      </Confirm>
      <Suspense>{asking === 'keys' && <KeyMap open onClose={() => setAsking(null)} />}</Suspense>
    </div>
  )
}

/** Brings the first refused place into sight and gives it the focus. */
function showFirst(): void {
  requestAnimationFrame(() => {
    const place = document.querySelector<HTMLElement>('[data-wrong]:not(g)')
    place?.scrollIntoView({ block: 'center' })
    place?.querySelector<HTMLElement>('input, textarea, select, button')?.focus({ preventScroll: true })
  })
}
