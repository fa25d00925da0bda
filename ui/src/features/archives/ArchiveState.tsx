// Where an archive is, with its progress while a worker is at it.
import type { Archive } from '@/api/types'
import { StatusBadge } from '@/design/StatusBadge'
import css from '@/features/archives/archives.module.css'
import { isUnderWay } from '@/features/archives/words'

export function ArchiveState({ archive, bare }: { archive: Archive; bare?: boolean }) {
  if (bare) return <StatusBadge state={archive.state === 'completed' ? (archive.tasks === 0 ? 'left_out' : 'archived') : archive.state} bare />
  if (archive.state === 'completed' && archive.restored > 0) return <StatusBadge state="completed" word="partly restored" />
  if (archive.state === 'completed' && archive.tasks === 0) return <StatusBadge state="left_out" word="nothing archived" />
  if (archive.state === 'completed') return <StatusBadge state="archived" word="archived" />
  if (!isUnderWay(archive) || archive.state === 'queued' || archive.state === 'deleting') return <StatusBadge state={archive.state} />
  const part = Math.round(archive.progress * 100)
  return (
    <span className={css['running']}>
      <StatusBadge state={archive.state} word={`${archive.state} ${part} %`} />
      <progress className={css['bar']} max={100} value={part} aria-label={`${archive.name}: ${archive.state}`} />
    </span>
  )
}
