// Classifying: what there is to judge on the left, the labels by digit keys on the right.
import { type ReactNode, useMemo } from 'react'
import type { Json } from '@/api/types'
import { Split } from '@/design/Split'
import { Choices } from '@/features/answers/Choices'
import css from '@/features/answers/Form.module.css'
import type { Answering } from '@/lib/answering'
import { isSame } from '@/lib/at-path'
import { useHotkeys } from '@/lib/hotkeys'

interface ClassifyEditorProps extends Answering<Json> {
  /** The picture or text that is judged. */
  subject: ReactNode
  prompt: ReactNode
  labels: readonly string[]
  isMultiple: boolean
  prefill: Json | null
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])

const scoresOf = (prefill: Json | null): Record<string, number> | undefined => {
  const scores = prefill?.['scores']
  return scores !== null && typeof scores === 'object' ? (scores as Record<string, number>) : undefined
}

export function ClassifyEditor({ subject, prompt, labels, isMultiple, prefill, answer, change, saysAt, touched, touch }: ClassifyEditorProps) {
  const chosen = strings(answer['labels'])
  const scores = useMemo(() => scoresOf(prefill), [prefill])
  const isSuggested = prefill !== null && !touched.has('labels') && isSame(strings(prefill['labels']), chosen)
  const choose = (label: unknown) => {
    touch('labels')
    const isOn = chosen.includes(String(label))
    const next = isMultiple ? (isOn ? chosen.filter((one) => one !== label) : labels.filter((one) => one === label || chosen.includes(one))) : [String(label)]
    // The model's scores speak of the model's choice; the answer of a person carries none.
    change({ labels: next })
  }
  useHotkeys(labels.slice(0, 9).map((label, at) => ({ keys: String(at + 1), says: label, group: isMultiple ? 'Labels, on and off' : 'Labels', run: () => choose(label) })))
  const problem = saysAt('labels') ?? saysAt('labels[0]')
  return (
    <Split
      memory="classify"
      usual={400}
      left={subject}
      right={
        <div className={css['side']}>
          {prompt}
          <div className={css['form']}>
            <div className={css['heading']}>
              <h3>{isMultiple ? 'Choose all that fit' : 'Choose one'}</h3>
              {isSuggested && <span className={css['suggested']}>prefilled</span>}
            </div>
            <Choices label="Labels" options={labels.map((label) => ({ value: label, title: label }))} chosen={chosen} isMultiple={isMultiple} onChoose={choose} scores={scores} isSuggested={isSuggested} hasOwnDigits={false} isColumn />
            {problem && <p className={css['problem']} role="alert">{problem}</p>}
          </div>
        </div>
      }
    />
  )
}
