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
import { Bytes, Time } from '@/design/Time'
import type { Column } from '@/design/table-columns'
import { ExportState } from '@/features/exports/ExportState'
import { formatName, isUnderWay } from '@/features/exports/choices'
import css from '@/features/exports/exports.module.css'
import { useKnown } from '@/features/exports/use-known'
import { answersWords, briefly, selectedWords } from '@/features/exports/words'
import type { Known } from '@/lib/chips'
import { count, counted, dayOf } from '@/lib/format'
import { saveFrom } from '@/lib/take-away'

// Progress is not a fact of the workspace: while something runs, the page asks.
const ASK_AGAIN_MS = 1000
const NOTE_HEIGHT = 30

interface ExportTableProps {
  open: string | undefined
  onOpen: (id: string | undefined) => void
  empty: ReactNode
}

export function ExportTable({ open, onOpen, empty }: ExportTableProps) {
  const known = useKnown()
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
  const gone = (id: string) => {
    setGoing(null)
    if (open === id) onOpen(undefined)
  }
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
        columns={columns(known, (id) => cancel.mutate(id), cancel.isPending ? cancel.variables : undefined, setGoing)}
        rows={rows}
        rowKey={(each) => each.id}
        loading={exports.isPending}
        hasMore={exports.hasNextPage}
        loadingMore={exports.isFetchingNextPage}
        onMore={more}
        onOpen={(each) => onOpen(open === each.id ? undefined : each.id)}
        previewed={open ?? null}
        tall={TALL}
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
        onConfirm={() => going && remove.mutate(going.id, { onSuccess: () => gone(going.id) })}
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

const TALL = { below: 640, height: 52 }
const until = (each: Export): string | null => (each.download_url && each.expires_at ? dayOf(each.expires_at) : null)

function columns(known: Known, cancel: (id: string) => void, cancelling: string | undefined, remove: (each: Export) => void): Column<Export>[] {
  const what = (each: Export) => selectedWords(each.selection, known)
  const actions = (each: Export, isWide: boolean) => (
    <span className={css['actions']}>
      {isUnderWay(each) ? (
        <IconButton small label={`Cancel ${each.file_name}`} disabledReason={each.can.cancel} pending={cancelling === each.id} onClick={() => cancel(each.id)}><IconX size={15} /></IconButton>
      ) : (
        <>
          {each.download_url && <IconButton small label={`Download ${each.file_name}`} onClick={() => saveFrom(each.download_url ?? '', '')}><IconDownload size={15} /></IconButton>}
          {isWide && each.manifest_url && <IconButton small label={`Manifest of ${each.file_name}`} onClick={() => saveFrom(each.manifest_url ?? '', '')}><IconFileInfo size={15} /></IconButton>}
          <IconButton small label={`Delete ${each.file_name}`} disabledReason={each.can.delete} onClick={() => remove(each)}><IconTrash size={15} /></IconButton>
        </>
      )}
    </span>
  )
  return [
    { id: 'tall-what', head: 'What', min: 120, below: TALL.below, cell: (each) => <span className={css['lines']}><span>{what(each)}</span><span className="meta">{briefly(each, until(each))}</span></span> },
    { id: 'what', head: 'What', min: 140, from: TALL.below, cell: (each) => <span title={what(each)}>{what(each)}</span> },
    { id: 'state', head: 'Status', width: 128, from: TALL.below, bar: 90, cell: (each) => <ExportState each={each} /> },
    { id: 'tasks', head: 'Tasks', width: 76, align: 'end', from: TALL.below, bar: 40, cell: (each) => (each.state === 'completed' ? count(each.tasks) : <span className={css['none']}>–</span>) },
    { id: 'format', head: 'Format', width: 92, from: 700, cell: (each) => formatName(each.format) },
    { id: 'answers', head: 'Answers', width: 110, from: 900, cell: (each) => <span className={css['soft']} title={answersWords(each)}>{answersWords(each)}</span> },
    { id: 'consumer', head: 'Consumer', width: 110, from: 820, cell: (each) => each.consumer?.name ?? <span className={css['none']}>–</span> },
    { id: 'file', head: 'File', width: 190, from: 1320, cell: (each) => <span className={css['soft']} title={each.file_name}>{each.file_name}</span> },
    { id: 'size', head: 'Size', width: 76, align: 'end', from: 1240, bar: 40, cell: (each) => <span className={css['soft']}>{each.bytes === null ? '–' : <Bytes n={each.bytes} />}</span> },
    { id: 'by', head: 'By', width: 96, from: 1080, cell: (each) => each.by?.name ?? '–' },
    { id: 'when', head: 'Asked for', width: 88, from: 760, bar: 56, cell: (each) => <Time at={each.created_at} /> },
    { id: 'until', head: 'Kept until', width: 104, from: 980, bar: 70, cell: (each) => <span className={css['soft']}>{until(each) ?? '–'}</span> },
    { id: 'tall-actions', head: 'Actions', quiet: true, width: 92, align: 'end', below: TALL.below, bar: 0, cell: (each) => actions(each, false) },
    { id: 'actions', head: 'Actions', quiet: true, width: 124, align: 'end', from: TALL.below, bar: 0, cell: (each) => actions(each, true) },
  ]
}
