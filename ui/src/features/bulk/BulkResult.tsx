// One bulk operation as it goes and as it went: progress, outcomes with reasons, and what may still be done about it.
import { useQuery } from '@tanstack/react-query'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { bulkCsvHref, bulkQuery, isUnderWay, useMoveBulk } from '@/api/bulk'
import type { BulkPage } from '@/api/types'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { ProgressBar } from '@/design/Progress'
import { Sentence } from '@/design/Sentence'
import { Skeleton } from '@/design/Skeleton'
import { StatusBadge } from '@/design/StatusBadge'
import { BulkItems } from '@/features/bulk/BulkItems'
import { Reasons } from '@/features/bulk/Reasons'
import css from '@/features/bulk/bulk.module.css'
import { afterOf, timeLeft } from '@/features/bulk/deeds'
import { count, counted, words } from '@/lib/format'
import { saveFrom } from '@/lib/take-away'
import { useNow } from '@/lib/use-now'

interface BulkResultProps {
  id: string
  /** Left out where it stands in a panel of its own. */
  onClose?: () => void
  /** Called with the operation to look at now: an undo is one of its own. */
  onOther: (id: string) => void
}

export function BulkResult({ id, onClose, onOther }: BulkResultProps) {
  const { data: bulk, error, refetch } = useQuery(bulkQuery(id))
  const move = useMoveBulk()
  const [isListed, setListed] = useState(false)
  if (error && !bulk) return <ProblemNotice problem={error} onRetry={() => void refetch()} />
  if (!bulk) return <Skeleton height={72} radius={6} />
  const go = (which: 'cancel' | 'retry' | 'undo') => move.mutate({ id, move: which }, { onSuccess: (next) => onOther(next.id) })
  return (
    <div className={css['result']}>
      <div className={css['head']} aria-live="polite">
        <StatusBadge state={bulk.state === 'completed_with_refusals' ? 'completed_with_errors' : bulk.state === 'undone' ? 'released' : bulk.state} word={words(bulk.state)} />
        <span>{isUnderWay(bulk) ? `${count(told(bulk))} of ${counted(bulk.total, 'task')}` : afterOf(bulk)}</span>
      </div>
      {isUnderWay(bulk) && <ProgressBar label="Progress" value={told(bulk)} max={bulk.total} />}
      {bulk.reason && bulk.reasons.length === 0 && <p className={css['says']}><Sentence text={bulk.reason} /></p>}
      <Reasons reasons={bulk.reasons} />
      {isListed && !isUnderWay(bulk) && <BulkItems bulk={bulk} />}
      <ProblemNotice problem={move.error} />
      <div className={css['buttons']}>
        <Moves bulk={bulk} pending={move.isPending ? move.variables.move : null} onMove={go} />
        {!isUnderWay(bulk) && told(bulk) > 0 && <Button small aria-expanded={isListed} onClick={() => setListed(!isListed)}>{isListed ? 'Hide tasks' : 'Show tasks'}</Button>}
        <span className={css['grow']} />
        {onClose && <Button onClick={onClose}>{isUnderWay(bulk) ? 'Go on in the background' : 'Done'}</Button>}
      </div>
    </div>
  )
}

const told = (bulk: BulkPage): number => bulk.done + bulk.unchanged + bulk.refused + bulk.failed

interface MovesProps {
  bulk: BulkPage
  pending: string | null
  onMove: (move: 'cancel' | 'retry' | 'undo') => void
}

function Moves({ bulk, pending, onMove }: MovesProps) {
  const left = timeLeft(bulk.undo_until, useNow())
  if (isUnderWay(bulk)) return <Button small pending={pending === 'cancel'} disabledReason={bulk.can['cancel']} onClick={() => onMove('cancel')}>Stop</Button>
  const refused = bulk.refused + bulk.failed
  return (
    <>
      {bulk.undo_until && (
        <Button small pending={pending === 'undo'} disabledReason={left ? bulk.can['undo'] : (bulk.can['undo'] ?? 'The hour in which it could be undone is over.')} onClick={() => onMove('undo')}>
          Undo{left && ` (${left})`}
        </Button>
      )}
      {!bulk.can['retry'] && <Button small pending={pending === 'retry'} onClick={() => onMove('retry')}>{refused > 0 ? `Retry ${counted(refused, 'task')}` : 'Go on'}</Button>}
      <Button small icon={<IconDownload size={14} />} disabledReason={bulk.items_kept ? null : 'What became of each task is not kept any more.'} onClick={() => saveFrom(bulkCsvHref(bulk.id), `bulk-${bulk.id}.csv`)}>CSV</Button>
    </>
  )
}
