// A text that narrows the list: it applies shortly after the last key, and follows the URL when that changes by other hands.
import { IconX } from '@tabler/icons-react'
import { type InputHTMLAttributes, type ReactNode, useEffect, useRef, useState } from 'react'
import { Kbd } from '@/design/Kbd'
import css from '@/features/tasks/tasks.module.css'
import { useHotkeys } from '@/lib/hotkeys'
import { TEXT_MOST } from '@/lib/task-search'

interface FilterFieldProps extends Pick<InputHTMLAttributes<HTMLInputElement>, 'type' | 'inputMode' | 'placeholder' | 'min' | 'max' | 'list'> {
  label: string
  value: string | undefined
  onChange: (value: string | undefined) => void
  /** Whether it may be applied; what is half written waits. */
  fits?: (text: string) => boolean
  keys?: string
  icon?: ReactNode
  wide?: boolean
}

const TYPING_MS = 160

export function FilterField({ label, value, onChange, fits = () => true, keys, icon, wide, ...input }: FilterFieldProps) {
  const [typed, setTyped] = useState({ under: value, text: value ?? '' })
  const text = typed.under === value ? typed.text : (value ?? '')
  const field = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useHotkeys(keys ? [{ keys, says: 'Search', group: 'List', run: () => field.current?.select() }] : [])

  const apply = (next: string) => {
    clearTimeout(timer.current)
    const wanted = next.trim() || undefined
    if (wanted !== undefined && !fits(wanted)) return
    setTyped({ under: wanted, text: next })
    if (wanted !== value) onChange(wanted)
  }
  const type = (next: string) => {
    setTyped({ under: value, text: next })
    clearTimeout(timer.current)
    timer.current = setTimeout(() => apply(next), TYPING_MS)
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') apply(text)
    if (event.key === 'Escape' && keys) field.current?.blur()
  }
  const isWrong = text.trim() !== '' && !fits(text.trim())
  return (
    <label className={`${css['field']} ${wide ? css['wide'] : ''}`} data-wrong={isWrong || undefined}>
      {icon}
      <input {...input} ref={field} value={text} aria-label={label} aria-invalid={isWrong || undefined} maxLength={TEXT_MOST} onChange={(event) => type(event.target.value)} onBlur={() => apply(text)} onKeyDown={onKeyDown} />
      {text && input.type !== 'date' ? (
        <button type="button" aria-label={`Clear ${label.toLowerCase()}`} onClick={() => apply('')}>
          <IconX size={12} />
        </button>
      ) : (
        keys && <Kbd keys={keys} />
      )}
    </label>
  )
}
