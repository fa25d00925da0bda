// Why a step failed, in the words of who refused, and the mend where there is one.
import type { StepError } from '@/api/types'
import css from '@/features/runs/RunSteps.module.css'

export function StepErrorNotice({ error }: { error: StepError }) {
  const mend = error.mend && !error.says.includes(error.mend) ? error.mend : null
  return (
    <div className={css['error']} role="note">
      <p>{error.says}</p>
      {mend && <p className={css['mend']}>{mend}</p>}
    </div>
  )
}
