// The arguments of one action.
import { Checkbox, Select, TextInput, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { BulkAction, BulkArguments } from '@/api/types'
import { membersQuery } from '@/api/who'
import { ProblemNotice } from '@/design/Notice'
import css from '@/features/bulk/bulk.module.css'
import { priorityFrom } from '@/features/bulk/deeds'
import { priorityWords } from '@/lib/format'
import { roleLabel } from '@/lib/roles'

interface FieldsProps {
  action: BulkAction
  given: BulkArguments
  onGive: (given: BulkArguments) => void
  /** The steps the page knows of the selected tasks. */
  steps: string[]
}

export function DeedFields(props: FieldsProps) {
  if (props.action === 'set_priority') return <Priority {...props} />
  if (props.action === 'set_batch') return <Batch {...props} />
  if (props.action === 'reserve') return <Member {...props} />
  if (props.action === 'move_to_step') return <StepField label="Step" given={props.given.step} steps={props.steps} autoFocus onGive={(step) => props.onGive({ step })} />
  if (props.action === 'send_back') return <SendBack {...props} />
  return null
}

function Priority({ given, onGive, steps }: FieldsProps) {
  const [typed, setTyped] = useState('')
  const priority = priorityFrom(typed)
  const change = (next: { typed?: string; step?: string | undefined }) => {
    const number = priorityFrom(next.typed ?? typed)
    const step = 'step' in next ? next.step : given.from_step
    onGive({ ...(number === null ? {} : { priority: number }), ...(step ? { from_step: step } : {}) })
  }
  const says = priority === null ? 'Lower is handed out earlier.' : priority === 0 ? 'The usual one.' : `Handed out ${priorityWords(priority)} than usual.`
  return (
    <div className={css['pair']}>
      <TextInput
        label="Priority"
        description={says}
        inputMode="numeric"
        value={typed}
        data-autofocus
        error={typed !== '' && priority === null ? 'A whole number, such as −1 or 10.' : undefined}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          change({ typed: event.currentTarget.value })
        }}
      />
      <StepField label="From a step on" description="Empty: for all of a task." given={given.from_step} steps={steps} onGive={(step) => change({ step })} />
    </div>
  )
}

function Batch({ given, onGive }: FieldsProps) {
  const isCleared = given.batch === null
  return (
    <>
      <TextInput label="Batch" value={given.batch ?? ''} maxLength={200} disabled={isCleared} data-autofocus onChange={(event) => onGive(event.currentTarget.value ? { batch: event.currentTarget.value } : {})} />
      <Checkbox size="xs" label="Take them out of their batches" checked={isCleared} onChange={(event) => onGive(event.currentTarget.checked ? { batch: null } : {})} />
    </>
  )
}

const NOBODY = 'nobody'

function Member({ given, onGive }: FieldsProps) {
  const members = useQuery(membersQuery)
  const takers = (members.data?.items ?? []).filter((member) => member.state === 'active' && member.role !== 'client')
  const data = [...takers.map((member) => ({ value: member.id, label: `${member.name} (${roleLabel(member.role)})` })), { value: NOBODY, label: 'Nobody: whoever comes next' }]
  return (
    <>
      <Select
        label="For"
        data={data}
        value={given.member === undefined ? null : (given.member ?? NOBODY)}
        placeholder={members.isPending ? 'Loading' : 'Choose a member'}
        nothingFoundMessage="Nobody is called so."
        searchable
        allowDeselect={false}
        data-autofocus
        onChange={(id) => id && onGive({ member: id === NOBODY ? null : id })}
      />
      <ProblemNotice problem={members.error} onRetry={() => void members.refetch()} />
    </>
  )
}

function SendBack({ given, onGive, steps }: FieldsProps) {
  const change = (next: BulkArguments) => {
    const { step, reason } = { ...given, ...next }
    onGive({ ...(step ? { step } : {}), ...(reason ? { reason } : {}) })
  }
  return (
    <>
      <StepField label="To" description="Empty: to the last step people answered." given={given.step} steps={steps} onGive={(step) => change({ step })} />
      <Textarea label="Why" description="Shown in the timeline." value={given.reason ?? ''} maxLength={1000} autosize minRows={2} onChange={(event) => change({ reason: event.currentTarget.value })} />
    </>
  )
}

interface StepFieldProps {
  label: string
  description?: string
  given: string | null | undefined
  steps: string[]
  autoFocus?: boolean
  onGive: (step: string | undefined) => void
}

function StepField({ label, description, given, steps, autoFocus, onGive }: StepFieldProps) {
  // Of tasks whose projects the page does not know, the step has to be written.
  if (steps.length === 0) return <TextInput label={label} description={description} value={given ?? ''} maxLength={100} data-autofocus={autoFocus || undefined} onChange={(event) => onGive(event.currentTarget.value.trim() || undefined)} />
  return <Select label={label} description={description} data={steps} value={given ?? null} placeholder="Choose a step" clearable searchable={steps.length > 8} data-autofocus={autoFocus || undefined} onChange={(step) => onGive(step ?? undefined)} />
}
