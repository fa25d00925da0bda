// Why, in a few words; Ctrl+Enter says it.
import { Textarea } from '@mantine/core'

interface ReasonFieldProps {
  value: string
  onChange: (value: string) => void
  onDone: () => void
}

export const ReasonField = ({ value, onChange, onDone }: ReasonFieldProps) => (
  <Textarea
    label="Reason"
    data-autofocus
    rows={3}
    maxLength={1000}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
    onKeyDown={(event) => {
      if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      event.stopPropagation()
      onDone()
    }}
  />
)
