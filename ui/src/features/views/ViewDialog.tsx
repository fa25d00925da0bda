// What has to be asked about a saved view: its name, or whether it may go.
import { Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { View } from '@/api/types'
import { useChangeView, useDeleteView, useSaveView } from '@/api/views'
import { Button } from '@/design/Button'
import { Confirm, Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import css from '@/features/views/views.module.css'

const NAME_MOST = 100

export type ViewTask = { does: 'save'; query: View['query'] } | { does: 'rename' | 'delete'; view: View }

interface ViewDialogProps {
  task: ViewTask
  isLead: boolean
  onClose: () => void
  onSaved: (view: View) => void
  onDeleted: () => void
}

export function ViewDialog({ task, isLead, onClose, onSaved, onDeleted }: ViewDialogProps) {
  if (task.does === 'save') return <Save query={task.query} isLead={isLead} onClose={onClose} onSaved={onSaved} />
  if (task.does === 'rename') return <Rename view={task.view} onClose={onClose} />
  return <Delete view={task.view} onClose={onClose} onDeleted={onDeleted} />
}

function Save({ query, isLead, onClose, onSaved }: { query: View['query']; isLead: boolean; onClose: () => void; onSaved: (view: View) => void }) {
  const save = useSaveView()
  const [shared, setShared] = useState(false)
  return (
    <NameForm
      title="Save this view"
      verb="Save view"
      name=""
      pending={save.isPending}
      problem={save.error}
      onClose={onClose}
      onName={(name) => save.mutate({ name, query, shared }, { onSuccess: (view) => { onSaved(view); onClose() } })}
    >
      <p className={css['says']}>Filters, order and columns as they are now.</p>
      {isLead && <Checkbox size="xs" label="Share it with everybody in the workspace" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />}
    </NameForm>
  )
}

function Rename({ view, onClose }: { view: View; onClose: () => void }) {
  const change = useChangeView()
  return <NameForm title={`Rename ${view.name}`} verb="Rename" name={view.name} pending={change.isPending} problem={change.error} onClose={onClose} onName={(name) => change.mutate({ id: view.id, name }, { onSuccess: onClose })} />
}

function Delete({ view, onClose, onDeleted }: { view: View; onClose: () => void; onDeleted: () => void }) {
  const remove = useDeleteView()
  const confirm = () => remove.mutate(view.id, { onSuccess: () => { onDeleted(); onClose() } })
  return (
    <Confirm open onClose={onClose} title={`Delete the view ${view.name}?`} verb="Delete view" danger pending={remove.isPending} problem={remove.error} onConfirm={confirm}>
      {view.shared ? 'Nobody finds it any more.' : 'Only you have it.'} The tasks stay as they are.
    </Confirm>
  )
}

interface NameFormProps {
  title: string
  verb: string
  name: string
  pending: boolean
  problem: unknown
  onClose: () => void
  onName: (name: string) => void
  children?: React.ReactNode
}

function NameForm({ title, verb, name, pending, problem, onClose, onName, children }: NameFormProps) {
  const [typed, setTyped] = useState(name)
  const wanted = typed.trim()
  return (
    <Dialog open onClose={onClose} title={title} size={420}>
      <form className={css['form']} onSubmit={(event) => { event.preventDefault(); if (wanted && !pending) onName(wanted) }}>
        <TextInput label="Name" maxLength={NAME_MOST} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus />
        {children}
        <ProblemNotice problem={problem} />
        <DialogFoot>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabledReason={wanted ? null : 'Give it a name first'} pending={pending}>{verb}</Button>
        </DialogFoot>
      </form>
    </Dialog>
  )
}
