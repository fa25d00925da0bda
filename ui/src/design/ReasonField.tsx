// Why, in a few words: those that are said often, ready to pick, and one's own.
import { Textarea } from '@mantine/core'
import { Button } from '@/design/Button'
import css from '@/design/ReasonField.module.css'

interface ReasonFieldProps {
  /** What is said often; one or several of them are picked. */
  ready: readonly string[]
  picked: readonly string[]
  onPick: (reason: string) => void
  value: string
  onChange: (value: string) => void
}

export const ReasonField = ({ ready, picked, onPick, value, onChange }: ReasonFieldProps) => (
  <>
    <div className={css['ready']} role="group" aria-label="Often said">
      {ready.map((each) => <Button key={each} small aria-pressed={picked.includes(each)} onClick={() => onPick(each)}>{each}</Button>)}
    </div>
    <Textarea
      label="Reason"
      data-autofocus
      rows={3}
      maxLength={1000}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  </>
)
