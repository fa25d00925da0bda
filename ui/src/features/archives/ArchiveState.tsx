// Where an archive is, with its progress while a worker is at it.
import type { Archive } from '@/api/types'
import { StateUnderWay } from '@/design/Progress'
import { StatusBadge } from '@/design/StatusBadge'
import { isUnderWay } from '@/features/archives/words'

export function ArchiveState({ archive, bare }: { archive: Archive; bare?: boolean }) {
  if (bare) return <StatusBadge state={archive.state === 'completed' ? (archive.tasks === 0 ? 'left_out' : 'archived') : archive.state} bare />
  if (archive.state === 'completed' && archive.restored > 0) return <StatusBadge state="completed" word="partly restored" />
  if (archive.state === 'completed' && archive.tasks === 0) return <StatusBadge state="left_out" word="nothing archived" />
  if (archive.state === 'completed') return <StatusBadge state="archived" word="archived" />
  if (!isUnderWay(archive) || archive.state === 'queued' || archive.state === 'deleting') return <StatusBadge state={archive.state} />
  const part = Math.round(archive.progress * 100)
  return <StateUnderWay state={archive.state} word={`${archive.state} ${part} %`} part={part} label={`${archive.name}: ${archive.state}`} />
}
