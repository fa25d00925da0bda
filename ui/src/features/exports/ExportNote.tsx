// What became of an export that was just asked for, beside the list it came from.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { exportQuery } from '@/api/exports'
import { useFacts } from '@/api/live'
import type { Export } from '@/api/types'
import { isUnderWay } from '@/features/exports/choices'
import { counted } from '@/lib/format'

export function ExportNote({ made }: { made: Export }) {
  const queries = useQueryClient()
  const found = useQuery({ ...exportQuery(made.id), placeholderData: made })
  useFacts((facts) => {
    if (facts.some((fact) => fact.noun === 'export' && fact.id === made.id)) void queries.invalidateQueries({ queryKey: exportQuery(made.id).queryKey })
  })
  const now = found.data ?? made
  return <>{saysOf(now)} {now.download_url && <a href={now.download_url} download>Download it</a>} <Link to="/exports" search={{}}>See the exports</Link></>
}

function saysOf(each: Export): string {
  if (isUnderWay(each)) return 'The export is being made.'
  if (each.state === 'completed') return `The export is done: ${counted(each.tasks, 'task')}.`
  return each.state === 'cancelled' ? 'The export was cancelled.' : `The export failed: ${each.reason ?? ''}`
}
