// The verdict on a task: which, by whom and when; and for those who may, the three ways to give one.
import { IconCheck, IconPencil, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { TaskPage } from '@/api/types'
import { Button } from '@/design/Button'
import { StatusBadge } from '@/design/StatusBadge'
import { Time } from '@/design/Time'
import css from '@/features/audits/audits.module.css'

interface AuditBarProps {
  task: TaskPage
  /** Only those whose role may audit see the buttons. */
  mayAudit: boolean
  onAccept: () => void
  onFix: () => void
  onReject: () => void
  accepting: boolean
  /** What was said of the task before this one, or that none is left. */
  said: ReactNode
}

export function AuditBar({ task, mayAudit, onAccept, onFix, onReject, accepting, said }: AuditBarProps) {
  const whyNot = whyNoVerdict(task)
  return (
    <section className={css['bar']} aria-label="Audit">
      <div className={css['verdict']}>
        {task.audit && <StatusBadge state={task.audit} word={task.audit === 'ready' ? 'ready to audit' : undefined} />}
        {task.verdict && <span className="meta">by {task.verdict.by} · <Time at={task.verdict.at} /></span>}
        {task.verdict && <span>{told(task.verdict)}</span>}
        <span className={css['said']} role="status">{said}</span>
      </div>
      {mayAudit && (
        <div className={css['ways']}>
          <Button small keys="a" icon={<IconCheck size={14} />} disabledReason={whyNot} pending={accepting} onClick={onAccept}>Accept</Button>
          <Button small keys="f" icon={<IconPencil size={14} />} disabledReason={whyNot} onClick={onFix}>Fix</Button>
          <Button small keys="r" icon={<IconX size={14} />} disabledReason={whyNot} onClick={onReject}>Reject</Button>
        </div>
      )}
    </section>
  )
}

/** Leads put another verdict in the place of one that was given. */
export const whyNoVerdict = (task: TaskPage): string | null => (task.can['audit'] == null || task.can['audit_again'] == null ? null : task.can['audit'])

function told({ reasons, redo_from: step }: NonNullable<TaskPage['verdict']>): string {
  return [reasons.join('; '), step && `It is done again from ${step}.`].filter(Boolean).join(' · ')
}
