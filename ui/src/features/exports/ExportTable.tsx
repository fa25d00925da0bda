// The history of exports: what was asked for, how far it is, and the file while it is kept.
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { IconDownload, IconFileInfo, IconTrash, IconX } from '@tabler/icons-react'
import { type ReactNode, useCallback, useState } from 'react'
import { exportsQuery, useCancelExport, useDeleteExport } from '@/api/exports'
import { useFacts } from '@/api/live'
import type { Export } from '@/api/types'
import { IconButton } from '@/design/Button'
import { DataTable } from '@/design/DataTable'
import { Confirm } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { StateUnderWay } from '@/design/Progress'
import { StatusBadge } from '@/design/StatusBadge'
import { Bytes, Duration, Time } from '@/design/Time'
import type { Column } from '@/design/table-columns'
import { formatName, isUnderWay } from '@/features/exports/choices'
import css from '@/features/exports/exports.module.css'
import { count, counted } from '@/lib/format'
import { saveFrom } from '@/lib/take-away'

// Progress is not a fact of the workspace: while something runs, the page asks.
const ASK_AGAIN_MS = 1000
const NOTE_HEIGHT = 30

export function ExportTable({ empty }: { empty: ReactNode }) {
  const queries = useQueryClient()
  const exports = useInfiniteQuery({
    ...exportsQuery,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(isUnderWay)) ? ASK_AGAIN_MS : false),
  })
  const cancel = useCancelExport()
  const remove = useDeleteExport()
  const [going, setGoing] = useState<Export | null>(null)
  useFacts((facts) => {
    if (facts.some((fact) => fact.noun === 'export' || fact.noun === 'consumer')) void queries.invalidateQueries({ queryKey: ['exports'] })
  })
  const { fetchNextPage } = exports
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage])
  const rows = exports.data?.pages.flatMap((page) => page.items) ?? []

  if (exports.error && rows.length === 0) return <ProblemNotice problem={exports.error} onRetry={() => void exports.refetch()} size="page" />
  return (
    <>
      {cancel.error && <div className={css['refusal']}><ProblemNotice problem={cancel.error} /></div>}
      <DataTable
        label="Exports"
        memory="exports"
        columns={columns((id) => cancel.mutate(id), cancel.isPending ? cancel.variables : undefined, setGoing)}
        rows={rows}
        rowKey={(each) => each.id}
        loading={exports.isPending}
        hasMore={exports.hasNextPage}
        loadingMore={exports.isFetchingNextPage}
        onMore={more}
        detail={{ height: (each) => (noteOf(each) ? NOTE_HEIGHT : 0), render: (each) => <p className={css['note']} title={noteOf(each)}>{noteOf(each)}</p> }}
        empty={empty}
      />
      <Confirm
        open={going !== null}
        onClose={() => setGoing(null)}
        title={`Delete ${going?.file_name ?? ''}?`}
        verb="Delete export"
        danger
        pending={remove.isPending}
        problem={remove.error}
        onConfirm={() => going && remove.mutate(going.id, { onSuccess: () => setGoing(null) })}
      >
        The file goes for good; the tasks stay as they are.
      </Confirm>
    </>
  )
}

/** What a person should know beside the numbers. */
function noteOf(each: Export): string {
  const left = Object.entries(each.left_out).map(([reason, n]) => `${count(n)} × ${reason}`)
  return [
    each.reason,
    left.length > 0 ? `Left out: ${left.join(', ')}.` : null,
    each.gone > 0 ? `${counted(each.gone, 'task')} deleted or archived since the last time.` : null,
    each.state === 'completed' && !each.download_url ? 'The file is not kept any more.' : null,
  ].filter(Boolean).join(' ')
}

function columns(cancel: (id: string) => void, cancelling: string | undefined, remove: (each: Export) => void): Column<Export>[] {
  return [
    { id: 'file', head: 'File', min: 110, cell: (each) => <span title={each.file_name}>{each.file_name}</span> },
    { id: 'state', head: 'Status', width: 128, bar: 90, cell: (each) => <State each={each} /> },
    { id: 'tasks', head: 'Tasks', width: 84, align: 'end', from: 420, bar: 40, cell: (each) => (each.state === 'completed' ? count(each.tasks) : <span className={css['none']}>–</span>) },
    { id: 'format', head: 'Format', width: 92, from: 760, cell: (each) => formatName(each.format) },
    { id: 'answers', head: 'Answers', width: 120, from: 1140, cell: (each) => <span className={css['soft']}>{[each.answers_of ?? each.answers, ...each.include].join(', ')}</span> },
    { id: 'consumer', head: 'Consumer', width: 120, from: 900, cell: (each) => each.consumer?.name ?? <span className={css['none']}>–</span> },
    { id: 'size', head: 'Size', width: 76, align: 'end', from: 620, bar: 40, cell: (each) => <span className={css['soft']}>{each.bytes === null ? '–' : <Bytes n={each.bytes} />}</span> },
    { id: 'took', head: 'Took', width: 72, align: 'end', from: 1400, bar: 36, cell: (each) => <span className={css['soft']}><Duration from={each.started_at} to={each.ended_at} /></span> },
    { id: 'by', head: 'By', width: 100, from: 1040, cell: (each) => each.by?.name ?? '–' },
    { id: 'when', head: 'Asked for', width: 88, from: 560, bar: 56, cell: (each) => <Time at={each.created_at} /> },
    { id: 'until', head: 'Kept until', width: 88, from: 1480, bar: 56, cell: (each) => <Time at={each.download_url ? each.expires_at : null} /> },
    {
      id: 'actions', head: 'Actions', quiet: true, width: 124, align: 'end', bar: 0,
      cell: (each) => (
        <span className={css['actions']}>
          {isUnderWay(each) ? (
            <IconButton small label={`Cancel ${each.file_name}`} disabledReason={each.can.cancel} pending={cancelling === each.id} onClick={() => cancel(each.id)}><IconX size={15} /></IconButton>
          ) : (
            <>
              {each.download_url && <IconButton small label={`Download ${each.file_name}`} onClick={() => saveFrom(each.download_url ?? '', '')}><IconDownload size={15} /></IconButton>}
              {each.manifest_url && <IconButton small label={`Manifest of ${each.file_name}`} onClick={() => saveFrom(each.manifest_url ?? '', '')}><IconFileInfo size={15} /></IconButton>}
              <IconButton small label={`Delete ${each.file_name}`} disabledReason={each.can.delete} onClick={() => remove(each)}><IconTrash size={15} /></IconButton>
            </>
          )}
        </span>
      ),
    },
  ]
}

function State({ each }: { each: Export }) {
  if (each.state !== 'running') return <StatusBadge state={each.state} />
  const part = Math.round(each.progress * 100)
  return <StateUnderWay state="running" word={`${part} %`} part={part} label={`${each.file_name}: made`} />
}
