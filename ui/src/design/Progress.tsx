// How far something is that takes its time: a bar, and a state with its bar beside it.
import css from '@/design/Progress.module.css'
import { StatusBadge } from '@/design/StatusBadge'

interface ProgressBarProps {
  label: string
  value: number
  max: number
}

export const ProgressBar = ({ label, value, max }: ProgressBarProps) => <progress className={css['bar']} max={max} value={value} aria-label={label} />

interface StateUnderWayProps {
  state: string
  word: string
  /** In per cent. */
  part: number
  label: string
}

export const StateUnderWay = ({ state, word, part, label }: StateUnderWayProps) => (
  <span className={css['running']}>
    <StatusBadge state={state} word={word} />
    <ProgressBar label={label} value={part} max={100} />
  </span>
)
