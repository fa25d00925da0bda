// When a task is handed out, and to whom: its priority, one from a step on, and the member it is kept for.
import { Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useChangeHandOut } from '@/api/reservations'
import type { TaskPage } from '@/api/types'
import { membersQuery } from '@/api/who'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import css from '@/features/task/TaskPage.module.css'
import { type PriorityText, readPriority } from '@/features/task/priority'
import { priorityWords, signed } from '@/lib/format'

interface HandOutDialogProps {
  task: TaskPage
  onClose: () => void
}

export function HandOutDialog({ task, onClose }: HandOutDialogProps) {
  const members = useQuery(membersQuery)
  const change = useChangeHandOut(task.id)
  const steps = (task.runs.find((run) => run.id === task.run_id) ?? task.runs[0])?.steps.map((step) => step.id) ?? []
  const [whole, setWhole] = useState(String(task.priority))
  const [own, setOwn] = useState<Record<string, string>>(() => Object.fromEntries(Object.entries(task.step_priorities).map(([step, priority]) => [step, String(priority)])))
  const [member, setMember] = useState<string | null>(task.reserved_for?.id ?? null)
  const isOpen = task.status === 'queued' || task.status === 'in_progress'

  const wanted = readPriority(whole)
  const byStep = steps.map((step) => ({ step, read: readPriority(own[step] ?? '') }))
  const flaw = (wanted.kind === 'empty' ? 'The task needs a priority; 0 is the usual one.' : wanted.says) ?? byStep.find(({ read }) => read.says)?.read.says ?? null
  const changes: { priority: number | null; from_step?: string }[] = [
    ...(wanted.kind === 'number' && wanted.priority !== task.priority ? [{ priority: wanted.priority }] : []),
    ...byStep.flatMap(({ step, read }): { priority: number | null; from_step: string }[] => {
      const before = task.step_priorities[step]
      if (read.kind === 'number' && read.priority !== before) return [{ priority: read.priority, from_step: step }]
      return read.kind === 'empty' && before !== undefined ? [{ priority: null, from_step: step }] : []
    }),
  ]
  const isMoved = member !== (task.reserved_for?.id ?? null)
  const whyNot = flaw ?? (changes.length === 0 && !isMoved ? 'Nothing is changed.' : null)
  const save = () => {
    if (!whyNot && !change.isPending) change.mutate({ priorities: changes, ...(isMoved ? { member } : {}) }, { onSuccess: onClose })
  }
  const people = (members.data?.items ?? []).filter((one) => one.state === 'active' && one.role !== 'client')
  return (
    <Dialog open onClose={onClose} title="Hand-out" size={460}>
      <form
        className={css['handOut']}
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <p className="meta">The lower number is handed out earlier. It follows the task through all its steps; a number at a step holds from that step on.</p>
        <Number label="Priority" text={whole} onText={setWhole} focus />
        {steps.length > 1 && (
          <fieldset>
            <legend>From a step on</legend>
            {steps.map((step) => <Number key={step} label={step} text={own[step] ?? ''} onText={(text) => setOwn({ ...own, [step]: text })} placeholder="as before it" />)}
          </fieldset>
        )}
        <Select
          label="Kept for"
          description={isOpen ? 'The next step for people is theirs alone.' : 'The task is over: nothing of it will be handed out.'}
          placeholder="nobody: anybody may take it"
          data={people.map((one) => ({ value: one.id, label: `${one.name} · ${one.role}` }))}
          value={member}
          onChange={setMember}
          disabled={!isOpen}
          clearable
          searchable
          nothingFoundMessage="Nobody of that name"
          clearButtonProps={{ 'aria-label': 'Keep it for nobody' }}
        />
        <ProblemNotice problem={change.error ?? members.error} />
        <DialogFoot>
          <Button onClick={onClose}>Keep as it is</Button>
          <Button look="primary" type="submit" pending={change.isPending} disabledReason={whyNot}>Save</Button>
        </DialogFoot>
      </form>
    </Dialog>
  )
}

interface NumberProps {
  label: string
  text: string
  onText: (text: string) => void
  placeholder?: string
  focus?: boolean
}

function Number({ label, text, onText, placeholder, focus }: NumberProps) {
  const read = readPriority(text)
  return (
    <div className={css['number']}>
      <TextInput label={label} inputMode="text" value={text} placeholder={placeholder} error={read.says} data-autofocus={focus || undefined} onChange={(event) => onText(event.currentTarget.value)} />
      <span className="meta">{wordOf(read)}</span>
    </div>
  )
}

const wordOf = (read: PriorityText): string => (read.kind === 'number' ? (read.priority === 0 ? 'in the usual order' : `${signed(read.priority)}: ${priorityWords(read.priority)} than usual`) : '')
