// What a page shows when there is nothing, or when something went wrong: in place, with the one useful action.
import { IconAlertCircle, IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Button } from '@/design/Button'
import { Sentence } from '@/design/Sentence'
import { Copy } from '@/design/Time'
import { asProblem } from '@/lib/problem'
import css from '@/design/Notice.module.css'

interface EmptyStateProps {
  title: string
  children?: ReactNode
  action?: ReactNode
  icon?: ReactNode
}

export function EmptyState({ title, children, action, icon }: EmptyStateProps) {
  return (
    <div className={css['empty']}>
      {icon && <div className={css['icon']}>{icon}</div>}
      <h2>{title}</h2>
      {children && <div className={css['says']}>{children}</div>}
      {action && <div className={css['action']}>{action}</div>}
    </div>
  )
}

interface ProblemNoticeProps {
  /** Whatever was thrown; nothing is shown for null. */
  problem: unknown
  onRetry?: () => void
  /** "inline" stands beside a button or under a form; "page" fills an area. */
  size?: 'inline' | 'page'
}

/** The server's own sentence, what it found wrong, the request's id, and Retry where that may help. */
export function ProblemNotice({ problem, onRetry, size = 'inline' }: ProblemNoticeProps) {
  if (!problem) return null
  const said = asProblem(problem)
  // Often the sentence already tells the only thing that is wrong.
  const errors = said.errors.filter((error) => error.mend || !said.message.includes(error.says))
  return (
    <div role="alert" className={`${css['problem']} ${css[size]}`}>
      <IconAlertCircle size={16} aria-hidden />
      <div className={css['body']}>
        <div><Sentence text={said.message} /></div>
        {errors.length > 0 && (
          <ul className={css['errors']}>
            {errors.slice(0, 6).map((error, at) => (
              <li key={at}>
                {error.place && <code>{error.place}</code>} <Sentence text={error.says} /> {error.mend && <span className={css['mend']}><Sentence text={error.mend} /></span>}
              </li>
            ))}
            {errors.length > 6 && <li>and {errors.length - 6} more</li>}
          </ul>
        )}
        {said.requestId && (
          <div className="meta">
            Request <code>{said.requestId}</code> <Copy text={said.requestId} label="Copy request id" />
          </div>
        )}
      </div>
      {onRetry && (
        <Button small icon={<IconRefresh size={14} />} onClick={onRetry}>
          Retry
        </Button>
      )}
    </div>
  )
}
