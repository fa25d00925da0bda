// Fixing a task: the answer that counts, in the editor of those who gave it.
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { type Fixing, fixQuery, useAudit } from '@/api/audits'
import { fileQuery } from '@/api/files'
import type { Json, TaskPage as Task } from '@/api/types'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import css from '@/features/audits/audits.module.css'
import { useRefusals } from '@/features/work/use-refusals'
import { begin, changed, redone, undone } from '@/lib/history'
import { useHotkeys } from '@/lib/hotkeys'
import { type Work, kindOfWork } from '@/pages/work-kinds'

interface TaskFixProps {
  task: Task
  again: boolean
  onFixed: () => void
  onClose: () => void
}

export function TaskFix({ task, again, onFixed, onClose }: TaskFixProps) {
  const [step, setStep] = useState<string>()
  const begun = useQuery(fixQuery(task.id, step))
  if (begun.isError) return <ProblemNotice problem={begun.error} size="page" onRetry={() => void begun.refetch()} />
  if (!begun.data) return <div className={css['fix']} aria-busy aria-label="Loading the answer"><Skeleton width={240} /></div>
  return <Editing key={begun.data.step_run.step} task={task} fixing={begun.data} again={again} onStep={setStep} onFixed={onFixed} onClose={onClose} />
}

/** Nothing is marked as prefilled: all of it was somebody's answer. */
const ALL_SEEN: ReadonlySet<string> = new Set()

function Editing({ task, fixing, again, onStep, onFixed, onClose }: TaskFixProps & { fixing: Fixing; onStep: (step: string) => void }) {
  const { step_run: step, steps } = fixing
  const kind = kindOfWork(step.use)
  const given = useMemo<Work>(() => ({ step_run: step, task: { input: fixing.input, input_schema: task.input_schema, files: fixing.files } }), [step, fixing, task.input_schema])
  const shown = useMemo<Work>(() => ({ ...given, step_run: { ...step, prefill: null } }), [given, step])
  const [history, setHistory] = useState(() => begin<Json>(kind.prefilled(given)))
  const answer = history.present
  const check = useCallback((next: Json) => kind.check(given, next), [kind, given])
  const refusals = useRefusals(answer, check)
  const audit = useAudit(task.id)
  const pictureId = kind.pictureId?.(given) ?? null
  const known = pictureId ? fixing.files[pictureId] : undefined
  const picture = useQuery({ ...fileQuery(pictureId ?? ''), enabled: pictureId !== null && !known })
  const isSame = history.past.length === 0 ? 'Nothing has been changed yet: accept it instead.' : null

  const save = () => {
    if (audit.isPending || isSame || !refusals.passes()) return
    refusals.clear()
    audit.mutate({ verdict: 'fix', step: step.step, answer: kind.written?.(given, answer) ?? JSON.stringify(answer), again }, { onSuccess: onFixed, onError: refusals.refuse })
  }
  const steps_ = { undo: () => setHistory(undone), redo: () => setHistory(redone), canUndo: history.past.length > 0, canRedo: history.future.length > 0 }
  useHotkeys([
    { keys: 'mod+enter', says: 'Save the fix', group: 'Audit', whileTyping: true, run: save },
    { keys: 'mod+z', says: 'Undo', group: 'Audit', run: steps_.undo },
    { keys: 'mod+shift+z', says: 'Redo', group: 'Audit', run: steps_.redo },
  ])
  return (
    <div className={css['work']}>
      <div className={css['fix']}>
        <h2>Fix {steps.length === 1 ? step.step : ''}</h2>
        {steps.length > 1 && (
          <select aria-label="Step to fix" value={step.step} onChange={(event) => onStep(event.target.value)}>
            {steps.map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        )}
        <span className="meta">answered by {step.prefill_by}; what you save counts instead, theirs is kept</span>
        <span className={css['push']} />
        <div className={css['ways']}>
          <Button small onClick={onClose}>Leave it</Button>
          <Button small look="primary" keys="mod+enter" pending={audit.isPending} disabledReason={isSame} onClick={save}>Save the fix</Button>
        </div>
      </div>
      {refusals.problem && <div className={css['refusal']}><ProblemNotice problem={refusals.problem} /></div>}
      {(!pictureId || known || !picture.isPending) &&
        kind.editor(shown, { answer, change: (next, about = null) => setHistory((old) => changed(old, next, about, Date.now())), touched: ALL_SEEN, touch: () => undefined, saysAt: refusals.saysAt, steps: steps_ }, known ?? picture.data)}
    </div>
  )
}
