// Email and password; the server's refusal stands under the fields.
import { PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useSignIn } from '@/api/who'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import css from '@/features/who/who.module.css'

export function SignInForm({ onDone }: { onDone: () => void }) {
  const signIn = useSignIn()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate({ email: email.trim(), password }, { onSuccess: onDone })
  }
  return (
    <form className={css['form']} onSubmit={submit}>
      <TextInput label="Email" type="email" name="email" autoComplete="username" value={email} onChange={(event) => setEmail(event.currentTarget.value)} required withAsterisk={false} autoFocus />
      <PasswordInput label="Password" name="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} required withAsterisk={false} />
      <ProblemNotice problem={signIn.error} />
      <Button type="submit" look="primary" pending={signIn.isPending}>
        Sign in
      </Button>
    </form>
  )
}
