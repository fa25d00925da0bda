// How much of what came prefilled nobody has looked at yet; all of it can be taken as seen.
import css from '@/features/canvas/Editor.module.css'
import { count } from '@/lib/format'

export function Suggested({ left, onAll }: { left: number; onAll: () => void }) {
  return (
    <span className={css['left']}>
      <span className={css['dashed']} aria-hidden /> {count(left)} prefilled
      <button type="button" className={css['all']} title="Take all of them as looked at" onClick={onAll}>All seen</button>
    </span>
  )
}
