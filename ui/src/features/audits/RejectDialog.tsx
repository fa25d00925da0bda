// Why a result is rejected: one reason or several, in words of one's own or those that are said often.
import { NativeSelect } from '@mantine/core'
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
  /** Steps it may begin again at, for those who may choose one. */
  steps: readonly string[]
  onReject: (reasons: string[], from: string | undefined) => void
  pending: boolean
  problem: unknown
}

export function RejectDialog({ rule, before, steps, onClose, onReject, pending, problem }: RejectDialogProps) {
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [own, setOwn] = useState('')
  const [from, setFrom] = useState('')
  const pick = (reason: string) => setChosen(chosen.includes(reason) ? chosen.filter((one) => one !== reason) : [...chosen, reason])
  const reasons = [...chosen, own.trim()].filter(Boolean)
  const missing = reasons.length === 0 ? 'Say what is wrong, in a few words.' : null
  const reject = () => {
    if (!missing && !pending) onReject(reasons, from || undefined)
  }
  return (
    <Dialog open onClose={onClose} title="Reject this result?" onDone={reject}>
      {before && <p>{before}</p>}
      {!from && <p className="meta">{rule}</p>}
      {steps.length > 0 && <NativeSelect label="Done again" data={[{ value: '', label: 'as the project says' }, ...steps.map((step) => ({ value: step, label: `from ${step} on` }))]} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />}
      <ReasonField ready={REASONS} picked={chosen} onPick={pick} value={own} onChange={setOwn} />
      <ProblemNotice problem={problem} />
      <DialogFoot>
        <Button onClick={onClose}>Keep</Button>
        <Button look="danger" keys="mod+enter" pending={pending} disabledReason={missing} onClick={reject}>Reject</Button>
      </DialogFoot>
    </Dialog>
  )
}
