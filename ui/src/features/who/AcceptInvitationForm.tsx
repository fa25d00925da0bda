// Name and password of an invited person; who invites and as what was looked up before.
import { TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useAcceptInvitation } from '@/api/who'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { NewPasswordField, PASSWORD_LEAST } from '@/features/who/PasswordField'
import css from '@/features/who/who.module.css'

export function AcceptInvitationForm({ token, email, onDone }: { token: string; email: string; onDone: () => void }) {
  const accept = useAcceptInvitation()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    accept.mutate({ token, name, password }, { onSuccess: onDone })
  }
  return (
    <form className={css['form']} onSubmit={submit}>
      <TextInput label="Email" type="email" name="email" autoComplete="username" value={email} readOnly variant="filled" />
      <TextInput label="Your name" name="name" autoComplete="name" value={name} onChange={(event) => setName(event.currentTarget.value)} required withAsterisk={false} autoFocus />
      <NewPasswordField value={password} onChange={setPassword} />
      <ProblemNotice problem={accept.error} />
      <Button type="submit" look="primary" pending={accept.isPending} disabledReason={password.length > 0 && password.length < PASSWORD_LEAST ? `The password needs at least ${PASSWORD_LEAST} characters.` : null}>
        Join
      </Button>
    </form>
  )
}
