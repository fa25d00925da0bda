// A new password: its length is the only rule, said before it is broken.
import { PasswordInput } from '@mantine/core'

export const PASSWORD_LEAST = 8

interface PasswordFieldProps {
  value: string
  onChange: (value: string) => void
  error?: string | null
}

export function NewPasswordField({ value, onChange, error }: PasswordFieldProps) {
  const short = value.length > 0 && value.length < PASSWORD_LEAST
  return (
    <PasswordInput
      label="Password"
      name="new-password"
      autoComplete="new-password"
      description={`At least ${PASSWORD_LEAST} characters${short ? `; ${PASSWORD_LEAST - value.length} more` : ''}.`}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      required
      withAsterisk={false}
    />
  )
}
