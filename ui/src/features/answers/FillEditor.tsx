// Filling in: what there is to look at on the left, the form of the step's schema on the right.
import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import type { Json, JsonSchema } from '@/api/types'
import { Split } from '@/design/Split'
import css from '@/features/answers/Form.module.css'
import { FormContext, type FormRoom } from '@/features/answers/form-context'
import { ObjectField } from '@/features/answers/Groups'
import { resolved } from '@/features/answers/schema'
import type { Answering } from '@/lib/answering'
import { type Path, isSame, placeOf, valueAt, withValue } from '@/lib/at-path'

interface FillEditorProps extends Answering<Json> {
  subject: ReactNode
  prompt: ReactNode
  schema: JsonSchema
  prefill: Json | null
}

export function FillEditor({ subject, prompt, schema, prefill, answer, change, saysAt, touched, touch }: FillEditorProps) {
  const form = useRef<HTMLDivElement>(null)
  const room = useMemo<FormRoom>(
    () => ({
      root: schema,
      set: (path: Path, value: unknown) => change(withValue(answer, path, value) as Json, placeOf(path)),
      saysAt,
      isSuggested: (path) => !touched.has(placeOf(path)) && valueAt(prefill, path) !== undefined && isSame(valueAt(prefill, path), valueAt(answer, path)),
      touch,
    }),
    [schema, answer, change, saysAt, prefill, touched, touch],
  )
  // Typing, or a digit, works from the first moment.
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('input, textarea, [role=radio][tabindex="0"], [role=checkbox]')?.focus({ preventScroll: true })
  }, [])
  const whole = saysAt('')
  return (
    <Split
      memory="fill"
      usual={460}
      left={subject}
      right={
        <div className={css['side']}>
          {prompt}
          <div className={css['form']} ref={form}>
            {whole && <p className={css['problem']} role="alert">{whole}</p>}
            <FormContext value={room}>
              <ObjectField schema={resolved(schema, schema)} path={[]} value={answer} />
            </FormContext>
          </div>
        </div>
      }
    />
  )
}
