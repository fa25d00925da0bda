// A choice by digit keys: one of several, or several at once; with a model's scores beside, where there are some.
import { IconCheck } from '@tabler/icons-react'
import { useId, useState } from 'react'
import css from '@/features/answers/Choices.module.css'
import type { Option } from '@/features/answers/schema'
import { isSame } from '@/lib/at-path'

interface ChoicesProps {
  label: string
  options: readonly Option[]
  chosen: readonly unknown[]
  isMultiple: boolean
  onChoose: (value: unknown) => void
  scores?: Readonly<Record<string, number>>
  /** What came prefilled and nobody has touched. */
  isSuggested?: boolean
  describedBy?: string
  id?: string
  /** The digits work anywhere on the page, declared by the owner; otherwise only with the focus here. */
  hasOwnDigits?: boolean
  /** One under the other, however short they are. */
  isColumn?: boolean
}

const FILTER_FROM = 13
/** Few and short options stand in a row. */
const ROW = { options: 5, chars: 14 }

export function Choices({ label, options, chosen, isMultiple, onChoose, scores, isSuggested, describedBy, id, hasOwnDigits = true, isColumn }: ChoicesProps) {
  const [sought, setSought] = useState('')
  const filter = useId()
  const shown = options.map((option, at) => ({ option, at })).filter(({ option }) => option.title.toLowerCase().includes(sought.trim().toLowerCase()))
  const isOn = (value: unknown) => chosen.some((one) => isSame(one, value))
  const isRow = !isColumn && options.length <= ROW.options && options.every((option) => option.title.length <= ROW.chars)
  const top = Math.max(0.0001, ...Object.values(scores ?? {}))
  const first = shown.findIndex(({ option }) => isOn(option.value))

  const onKeyDown = (event: React.KeyboardEvent<HTMLDivElement>) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button')]
    const at = buttons.indexOf(event.target as HTMLButtonElement)
    if (step && at >= 0) {
      event.preventDefault()
      buttons[(at + step + buttons.length) % buttons.length]?.focus()
    }
    const digit = /^[1-9]$/.test(event.key) ? options[Number(event.key) - 1] : undefined
    if (digit && hasOwnDigits && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault()
      onChoose(digit.value)
    }
  }
  return (
    <div className={css['choices']} id={id} role={isMultiple ? 'group' : 'radiogroup'} aria-label={label} aria-describedby={describedBy} onKeyDown={onKeyDown} data-suggested={isSuggested || undefined} data-row={isRow || undefined}>
      {options.length >= FILTER_FROM && <input id={filter} className={css['filter']} placeholder="Find an option" aria-label={`Find among ${label}`} value={sought} onChange={(event) => setSought(event.target.value)} />}
      {shown.map(({ option, at }, index) => {
        const on = isOn(option.value)
        const score = scores?.[option.title]
        return (
          <button key={option.title} type="button" role={isMultiple ? 'checkbox' : 'radio'} aria-checked={on} tabIndex={index === Math.max(0, first) || isMultiple ? 0 : -1} className={css['choice']} onClick={() => onChoose(option.value)}>
            <span className={css['digit']}>{at < 9 ? at + 1 : ''}</span>
            <span className={css['title']}>{option.title}</span>
            {score !== undefined && (
              <span className={css['score']} title="How sure the model is">
                <span className={css['bar']}><span style={{ width: `${(score / top) * 100}%` }} /></span>
                <span>{Math.round(score * 100)} %</span>
              </span>
            )}
            <IconCheck size={16} stroke={2.4} className={css['check']} aria-hidden />
          </button>
        )
      })}
      {shown.length === 0 && <p className={css['none']}>No option contains “{sought}”.</p>}
    </div>
  )
}
