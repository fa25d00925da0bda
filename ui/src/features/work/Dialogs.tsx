// The questions of the workbench: why it is skipped, whether it is given back, which of two versions stands.
import { type ReactNode, useState } from 'react'
import type { Json } from '@/api/types'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { ReasonField } from '@/design/ReasonField'
import type { Conflict } from '@/features/work/draft-saver'
import css from '@/features/work/Workbench.module.css'

const REASONS = ['Cannot be read', 'Not what the instructions describe', 'I am not sure', 'Broken or missing input']

interface SkipDialogProps {
  open: boolean
  onClose: () => void
  onSkip: (reason: string) => void
  pending: boolean
  problem: unknown
}

export function SkipDialog({ open, onClose, onSkip, pending, problem }: SkipDialogProps) {
  const [reason, setReason] = useState('')
  const missing = reason.trim() === '' ? 'Say why, in a few words.' : null
  return (
    <Dialog open={open} onClose={onClose} title="Skip this task?" onDone={() => { if (!missing && !pending) onSkip(reason.trim()) }}>
      <p className="meta">You will not get it again; somebody else will. The reason helps whoever looks into it.</p>
      <ReasonField ready={REASONS} picked={[reason]} onPick={setReason} value={reason} onChange={setReason} />
      <ProblemNotice problem={problem} />
      <DialogFoot>
        <Button onClick={onClose}>Keep working</Button>
        <Button look="primary" keys="mod+enter" pending={pending} disabledReason={missing} onClick={() => onSkip(reason.trim())}>Skip and take the next</Button>
      </DialogFoot>
    </Dialog>
  )
}

interface ConflictDialogProps {
  conflict: Conflict
  /** One version, with what differs from the other. */
  shown: (answer: Json, other: Json) => ReactNode
  onSettle: (answer: Json) => void
}

/** Cannot be closed without a decision: either version may be the one with an hour of work in it. */
export function ConflictDialog({ conflict, shown, onSettle }: ConflictDialogProps) {
  const versions = [
    { title: 'Here, in this window', answer: conflict.yours, other: conflict.theirs, verb: 'Keep this one' },
    { title: 'Saved from elsewhere', answer: conflict.theirs, other: conflict.yours, verb: 'Take that one' },
  ]
  return (
    <Dialog open title="This answer was also changed elsewhere" size={860}>
      <p className="meta">Another window or device saved a draft of this task. Nothing is overwritten until you choose.</p>
      <div className={css['versions']}>
        {versions.map(({ title, answer, other, verb }) => (
          <section key={title} className={css['version']}>
            <h3>{title}</h3>
            <div role="group" tabIndex={0} aria-label={title}>{shown(answer, other)}</div>
            <Button onClick={() => onSettle(answer)}>{verb}</Button>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
