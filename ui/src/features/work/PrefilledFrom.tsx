// Where the answer begins that is in the form already: whose it was, and that it is there to be corrected.
import type { Hold } from '@/api/types'
import css from '@/features/work/Workbench.module.css'

type From = NonNullable<Hold['step_run']['prefill_from']>

export function sourceInWords({ kind, step, by }: From): string {
  if (kind === 'upload') return 'Prefilled by the upload'
  if (kind === 'creation') return 'Prefilled when the task was created'
  if (kind === 'earlier') return 'Your answer before'
  if (kind === 'input') return 'Prefilled from the input'
  return `Prefilled by ${step ?? 'an earlier step'}${by ? ` (${by})` : ''}`
}

export function PrefilledFrom({ source }: { source: From }) {
  return (
    <p className={css['prefilled']}>
      <span className={css['source']}>{sourceInWords(source)}</span>
      <span>Look it over: it counts only when you submit it.</span>
    </p>
  )
}
