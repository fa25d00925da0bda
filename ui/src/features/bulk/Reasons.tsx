// Why some of the tasks do not change: how many, and the server's sentence.
import type { BulkReason } from '@/api/types'
import { Sentence } from '@/design/Sentence'
import css from '@/features/bulk/bulk.module.css'
import { reasonKey } from '@/features/bulk/deeds'
import { count } from '@/lib/format'

export function Reasons({ reasons }: { reasons: BulkReason[] }) {
  if (reasons.length === 0) return null
  return (
    <ul className={css['reasons']} aria-label="Reasons">
      {reasons.map((reason) => (
        <li key={reasonKey(reason)}>
          <span className={`${css['n']} numbers`}>{count(reason.count)}</span>
          <span><Sentence text={reason.says ?? reason.outcome} /></span>
        </li>
      ))}
    </ul>
  )
}
