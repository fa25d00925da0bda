// Two texts as one: what went, what came, and enough of what stayed to know the place.
import { useMemo } from 'react'
import css from '@/features/studio/Diff.module.css'
import { changed, diffLines, partsOf } from '@/lib/diff'
import { counted } from '@/lib/format'

const SIGN = { same: ' ', gone: '−', new: '+' }

export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const lines = useMemo(() => diffLines(before, after), [before, after])
  const { added, removed } = changed(lines)
  if (added + removed === 0) return <p className={css['equal']}>The two texts are the same.</p>
  return (
    <figure className={css['diff']} aria-label={label}>
      <figcaption className={css['count']}>
        <span className={css['plus']}>+{added}</span> <span className={css['minus']}>−{removed}</span> {counted(added + removed, 'line')} changed
      </figcaption>
      <div className={css['scroll']} tabIndex={0} role="group" aria-label={`${label}, lines`}>
        <table>
          <tbody>
            {partsOf(lines).map((part, at) =>
              'skipped' in part ? (
                <tr key={at} className={css['skipped']}>
                  <td colSpan={4}>{counted(part.skipped, 'equal line')}</td>
                </tr>
              ) : (
                part.lines.map((line) => (
                  <tr key={`${line.before ?? ''} ${line.after ?? ''}`} className={css[line.kind]}>
                    <td className={css['at']}>{line.before}</td>
                    <td className={css['at']}>{line.after}</td>
                    <td className={css['sign']}>{SIGN[line.kind]}</td>
                    <td className={css['text']}>{line.text}</td>
                  </tr>
                ))
              ),
            )}
          </tbody>
        </table>
      </div>
    </figure>
  )
}
