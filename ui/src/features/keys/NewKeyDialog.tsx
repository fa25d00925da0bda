// Makes a key and shows it the one time it can be seen.
import { Select, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Role } from '@/api/types'
import { useMakeKey } from '@/api/who'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { CopyButton } from '@/design/Time'
import css from '@/features/keys/keys.module.css'
import { ROLES } from '@/lib/roles'

const LIVES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: 'never', label: 'Does not expire' },
]

export function NewKeyDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="New key">
      {open && <NewKeyForm onClose={onClose} />}
    </Dialog>
  )
}

const inDays = (days: string): string | null => (days === 'never' ? null : new Date(Date.now() + Number(days) * 86_400_000).toISOString())

function NewKeyForm({ onClose }: { onClose: () => void }) {
  const make = useMakeKey()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('manager')
  const [life, setLife] = useState('90')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate({ name: name.trim(), role, expires_at: inDays(life) })
  }
  if (make.data?.key) {
    return (
      <>
        <p>Copy the key now; it cannot be shown again.</p>
        <div className={css['key']}>
          <code>{make.data.key}</code>
          <CopyButton text={make.data.key} />
        </div>
        <DialogFoot>
          <Button look="primary" onClick={onClose}>Done</Button>
        </DialogFoot>
      </>
    )
  }
  return (
    <form onSubmit={submit} style={{ display: 'contents' }}>
      <TextInput label="Name" description="Where it will be used, so that it can be found again." value={name} onChange={(event) => setName(event.currentTarget.value)} required withAsterisk={false} data-autofocus />
      <Select label="Role" data={ROLES.map(({ value, label }) => ({ value, label }))} value={role} onChange={(next) => next && setRole(next as Role)} allowDeselect={false} />
      <Select label="Expires after" data={LIVES} value={life} onChange={(next) => next && setLife(next)} allowDeselect={false} />
      <ProblemNotice problem={make.error} />
      <DialogFoot>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" pending={make.isPending}>Make the key</Button>
      </DialogFoot>
    </form>
  )
}
