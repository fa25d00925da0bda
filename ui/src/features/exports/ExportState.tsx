// How far an export is.
import type { Export } from '@/api/types'
import { StateUnderWay } from '@/design/Progress'
import { StatusBadge } from '@/design/StatusBadge'

export function ExportState({ each }: { each: Export }) {
  if (each.state !== 'running') return <StatusBadge state={each.state} />
  const part = Math.round(each.progress * 100)
  return <StateUnderWay state="running" word={`${part} %`} part={part} label={`${each.file_name}: made`} />
}
