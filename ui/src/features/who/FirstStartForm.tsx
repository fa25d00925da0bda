// Makes the first owner and the workspace from the one-time link that the server printed.
import { TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useFirstStart } from '@/api/who'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { NewPasswordField, PASSWORD_LEAST } from '@/features/who/PasswordField'
import css from '@/features/who/who.module.css'

export function FirstStartForm({ token, onDone }: { token: string; onDone: () => void }) {
  const start = useFirstStart()
  const [owner, setOwner] = useState({ name: '', email: '', workspace: '', password: '' })
  const set = (change: Partial<typeof owner>) => setOwner((now) => ({ ...now, ...change }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    start.mutate({ token, ...owner, email: owner.email.trim() }, { onSuccess: onDone })
  }
  return (
    <form className={css['form']} onSubmit={submit}>
      <TextInput label="Your name" name="name" autoComplete="name" value={owner.name} onChange={(event) => set({ name: event.currentTarget.value })} required withAsterisk={false} autoFocus />
      <TextInput label="Email" type="email" name="email" autoComplete="username" value={owner.email} onChange={(event) => set({ email: event.currentTarget.value })} required withAsterisk={false} />
      <NewPasswordField value={owner.password} onChange={(password) => set({ password })} />
      <TextInput label="Workspace" name="workspace" description="The name of your team or company; it cannot be changed later." value={owner.workspace} onChange={(event) => set({ workspace: event.currentTarget.value })} required withAsterisk={false} />
      <ProblemNotice problem={start.error} />
      <Button type="submit" look="primary" pending={start.isPending} disabledReason={owner.password.length > 0 && owner.password.length < PASSWORD_LEAST ? `The password needs at least ${PASSWORD_LEAST} characters.` : null}>
        Make the workspace
      </Button>
    </form>
  )
}
