// Taking work back from somebody: whose, how many, and what they will see.
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useReleaseMany } from '@/api/reservations'
import type { ReleaseMany } from '@/api/types'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { count, counted } from '@/lib/format'

const TYPED_FROM = 1_000

export interface Releasing {
  body: ReleaseMany
  n: number
  /** The member, or nobody in particular when it is everybody's. */
  whose: string | null
}

interface ReleaseDialogProps {
  releasing: Releasing | null
  onClose: () => void
  /** Called with what became of it, in words. */
  onDone: (says: string) => void
}

export function ReleaseDialog({ releasing, onClose, onDone }: ReleaseDialogProps) {
  return releasing && <Asking key={JSON.stringify(releasing.body)} releasing={releasing} onClose={onClose} onDone={onDone} />
}

function Asking({ releasing, onClose, onDone }: { releasing: Releasing; onClose: () => void; onDone: (says: string) => void }) {
  const { body, n, whose } = releasing
  const release = useReleaseMany()
  const [typed, setTyped] = useState('')
  const missing = n > TYPED_FROM && typed.replace(/\D/g, '') !== String(n) ? `Type ${n} first.` : null
  const go = () => {
    if (missing) return
    release.mutate(body, {
      onSuccess: ({ released, left, results }) => {
        const ended = results.filter((one) => one.outcome !== 'released').length
        const rest = [ended > 0 && `${count(ended)} had ended already`, left > 0 && `${count(left)} are left: release again`].filter(Boolean)
        onDone(`${counted(released, 'task')} released${whose ? ` from ${whose}` : ''}. ${rest.length > 0 ? `${rest.join('; ')}.` : ''}`.trim())
        onClose()
      },
    })
  }
  return (
    <Dialog open onClose={onClose} title={`Release ${counted(n, 'task')}${whose ? ` of ${whose}` : ' of everybody'}?`} size={420}>
      <p>
        {n === 1 ? 'It goes' : 'They go'} back to {n === 1 ? 'its queue' : 'their queues'} for anybody to take. {whose ?? 'Whoever has one'} sees it at once; drafts are kept.
      </p>
      {n > TYPED_FROM && <TextInput label={`Type ${n} to go on`} inputMode="numeric" value={typed} data-autofocus onChange={(event) => setTyped(event.currentTarget.value)} onKeyDown={(event) => event.key === 'Enter' && go()} />}
      <ProblemNotice problem={release.error} />
      <DialogFoot>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" pending={release.isPending} disabledReason={missing} onClick={go} data-autofocus={n <= TYPED_FROM || undefined}>Release</Button>
      </DialogFoot>
    </Dialog>
  )
}
