// One action on the selected tasks: its arguments, what would become of them, and then what did.
import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { dryRunQuery, useBulk } from '@/api/bulk'
import type { BulkAction, BulkArguments, BulkAsked, DryRun } from '@/api/types'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { BulkResult } from '@/features/bulk/BulkResult'
import { DeedFields } from '@/features/bulk/DeedFields'
import { Reasons } from '@/features/bulk/Reasons'
import css from '@/features/bulk/bulk.module.css'
import { TYPED_FROM, aheadOf, deedOf, missingIn } from '@/features/bulk/deeds'
import { count, totalOf } from '@/lib/format'
import { type SelectedCount, type Selection, selectionBody } from '@/lib/selection'
import { useSettled } from '@/lib/use-settled'

interface BulkDialogProps {
  action: BulkAction
  selection: Selection
  selected: SelectedCount
  steps: string[]
  onClose: () => void
}

export function BulkDialog({ action, selection, selected, steps, onClose }: BulkDialogProps) {
  const deed = deedOf(action)
  const [begun, setBegun] = useState<string | null>(null)
  const title = `${deed.title} ${totalOf(selected.n, selected.isExact, 'task')}`
  return (
    <Dialog open onClose={onClose} title={title} size={520}>
      {begun ? <BulkResult id={begun} onClose={onClose} onOther={setBegun} /> : <Asking action={action} selection={selection} steps={steps} onBegun={setBegun} onClose={onClose} />}
    </Dialog>
  )
}

function Asking({ action, selection, steps, onBegun, onClose }: Omit<BulkDialogProps, 'selected'> & { onBegun: (id: string) => void }) {
  const deed = deedOf(action)
  const [given, setGiven] = useState<BulkArguments>({})
  const [typed, setTyped] = useState('')
  const missing = missingIn(action, given)
  const body = { action, selection: selectionBody(selection), arguments: given } as Omit<BulkAsked, 'dry_run'>
  const settled = useSettled(JSON.stringify(body))
  const isSettled = settled === JSON.stringify(body)
  const ahead = useQuery({ ...dryRunQuery(JSON.parse(settled) as typeof body), enabled: !missing && isSettled })
  const told = missing || !isSettled ? undefined : ahead.data
  const apply = useBulk()

  const mustType = deed.isDangerous && (told?.done ?? 0) > TYPED_FROM
  const why =
    missing ??
    (ahead.error ? 'Mend what is refused first.' : !told ? 'What would become of the tasks is being looked at.' : told.done === 0 ? aheadOf(told) : mustType && typed.replace(/\D/g, '') !== String(told.done) ? `Type ${told.done} first.` : null)
  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault()
        if (!why) apply.mutate(body, { onSuccess: (bulk) => onBegun(bulk.id) })
      }}
    >
      <p className={css['says']}>{deed.says}</p>
      <DeedFields action={action} given={given} onGive={setGiven} steps={steps} />
      <Ahead missing={missing} told={told} problem={missing || !isSettled ? null : ahead.error} onRetry={() => void ahead.refetch()} />
      {mustType && <TextInput label={`Type ${count(told?.done ?? 0)} to go on`} inputMode="numeric" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />}
      <ProblemNotice problem={apply.error} />
      <DialogFoot>
        <Button onClick={onClose}>{deed.isDangerous ? 'Keep' : 'Cancel'}</Button>
        <Button type="submit" look={deed.isDangerous ? 'danger' : 'primary'} pending={apply.isPending} disabledReason={why}>{deed.verb}</Button>
      </DialogFoot>
    </form>
  )
}

interface AheadProps {
  missing: string | null
  told: DryRun | undefined
  problem: unknown
  onRetry: () => void
}

function Ahead({ missing, told, problem, onRetry }: AheadProps) {
  if (problem) return <ProblemNotice problem={problem} onRetry={onRetry} />
  return (
    <div className={css['ahead']} aria-live="polite" aria-label="What would become of them" role="group">
      {missing ? (
        <span className={css['says']}>{missing}</span>
      ) : told ? (
        <>
          <span className={css['sum']}>{aheadOf(told)}</span>
          <Reasons reasons={told.reasons} />
        </>
      ) : (
        <Skeleton width="60%" />
      )}
    </div>
  )
}
