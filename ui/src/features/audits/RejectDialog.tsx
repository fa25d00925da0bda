// Why a result is rejected: one reason or several, in words of one's own or those that are said often.
import { useState } from 'react'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { ReasonField } from '@/design/ReasonField'

const REASONS = ['Something is missing', 'Something is wrong', 'Not what the instructions describe']

interface RejectDialogProps {
  /** What becomes of the task then, by the rule of its project. */
  rule: string
  /** What a verdict that is there already says, whose place this one takes. */
  before: string | null
  onClose: () => void
  onReject: (reasons: string[]) => void
  pending: boolean
  problem: unknown
}

export function RejectDialog({ rule, before, onClose, onReject, pending, problem }: RejectDialogProps) {
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [own, setOwn] = useState('')
  const pick = (reason: string) => setChosen(chosen.includes(reason) ? chosen.filter((one) => one !== reason) : [...chosen, reason])
  const reasons = [...chosen, own.trim()].filter(Boolean)
  const missing = reasons.length === 0 ? 'Say what is wrong, in a few words.' : null
  return (
    <Dialog open onClose={onClose} title="Reject this result?">
      {before && <p>{before}</p>}
      <p className="meta">{rule}</p>
      <ReasonField ready={REASONS} picked={chosen} onPick={pick} value={own} onChange={setOwn} onDone={() => { if (!missing && !pending) onReject(reasons) }} />
      <ProblemNotice problem={problem} />
      <DialogFoot>
        <Button onClick={onClose}>Keep</Button>
        <Button look="danger" keys="mod+enter" pending={pending} disabledReason={missing} onClick={() => onReject(reasons)}>Reject</Button>
      </DialogFoot>
    </Dialog>
  )
}
