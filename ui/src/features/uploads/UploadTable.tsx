// The history of uploads: what came, what became of it, and what was wrong with which row.
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useCallback } from 'react'
import { useFacts } from '@/api/live'
import type { Upload } from '@/api/types'
import { uploadErrorsQuery, uploadsQuery, useCancelUpload } from '@/api/uploads'
import { useMay } from '@/api/who'
import { Button } from '@/design/Button'
import { DataTable } from '@/design/DataTable'
import { Expander } from '@/design/Expander'
import { ProblemNotice } from '@/design/Notice'
import { StateUnderWay } from '@/design/Progress'
import { StatusBadge } from '@/design/StatusBadge'
import { Bytes, Duration, Time } from '@/design/Time'
import type { Column } from '@/design/table-columns'
import { UploadErrors, detailHeight } from '@/features/uploads/UploadErrors'
import css from '@/features/uploads/uploads.module.css'
import { count } from '@/lib/format'

const isUnderWay = (upload: Upload) => ['queued', 'validating', 'processing'].includes(upload.state)
const hasMoreToSay = (upload: Upload) => upload.failed > 0 || Boolean(upload.reason)

// Progress is not a fact of the workspace: while something runs, the page asks.
const ASK_AGAIN_MS = 1000

const PHONE = 560
const named = (upload: Upload) => <span title={upload.file_name}>{upload.file_name}</span>

interface UploadTableProps {
  open: string | undefined
  onOpen: (id: string | undefined) => void
  project: string | undefined
  empty: ReactNode
}

export function UploadTable({ open, onOpen, project, empty }: UploadTableProps) {
  const queries = useQueryClient()
  const uploads = useInfiniteQuery({
    ...uploadsQuery,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(isUnderWay)) ? ASK_AGAIN_MS : false),
  })
  const cancel = useCancelUpload()
  const mayList = useMay('tasks.read')
  const errors = useInfiniteQuery({ ...uploadErrorsQuery(open ?? ''), enabled: open !== undefined }).data?.pages.flatMap((page) => page.items)
  useFacts((facts) => {
    if (facts.some((fact) => fact.noun === 'upload')) {
      // What was wrong with rows changes too, once they are mended.
      void queries.invalidateQueries({ queryKey: ['uploads'], predicate: (query) => query.queryKey[1] !== 'preview' })
    }
  })
  const { fetchNextPage } = uploads
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage])
  const rows = (uploads.data?.pages.flatMap((page) => page.items) ?? []).filter((upload) => !project || upload.project.id === project)
  const toggle = (upload: Upload) => hasMoreToSay(upload) && onOpen(open === upload.id ? undefined : upload.id)

  if (uploads.error && rows.length === 0) return <ProblemNotice problem={uploads.error} onRetry={() => void uploads.refetch()} size="page" />
  return (
    <>
      {cancel.error && <div className={css['refusal']}><ProblemNotice problem={cancel.error} /></div>}
      <DataTable
        label="Uploads"
        memory="uploads"
        columns={columns(open, toggle, (id) => cancel.mutate(id), cancel.isPending ? cancel.variables : undefined, mayList)}
        rows={rows}
        rowKey={(upload) => upload.id}
        loading={uploads.isPending}
        hasMore={uploads.hasNextPage}
        loadingMore={uploads.isFetchingNextPage}
        onMore={more}
        onOpen={toggle}
        detail={{ height: (upload) => (upload.id === open ? detailHeight(upload, errors) : 0), render: (upload) => <UploadErrors upload={upload} /> }}
        empty={empty}
      />
    </>
  )
}

function columns(open: string | undefined, toggle: (upload: Upload) => void, cancel: (id: string) => void, cancelling: string | undefined, mayList: boolean): Column<Upload>[] {
  return [
    {
      id: 'open', head: 'Errors', quiet: true, width: 36, bar: 0,
      cell: (upload) => hasMoreToSay(upload) && <Expander label={`What was wrong in ${upload.file_name}`} isOpen={open === upload.id} onToggle={() => toggle(upload)} />,
    },
    { id: 'file', head: 'File', min: 180, from: PHONE, cell: named },
    { id: 'short-file', head: 'File', min: 96, below: PHONE, cell: named },
    { id: 'state', head: 'Status', width: 168, bar: 110, cell: (upload) => <State upload={upload} /> },
    { id: 'created', head: 'Created', width: 84, align: 'end', from: 440, bar: 40, cell: (upload) => (upload.created > 0 && mayList ? <Link to="/tasks" search={{ upload: upload.id }} title="Show these tasks" onClick={(event) => event.stopPropagation()}>{count(upload.created)}</Link> : count(upload.created)) },
    { id: 'failed', head: 'Failed', width: 64, align: 'end', from: 370, bar: 24, cell: (upload) => <span className={upload.failed > 0 ? css['failed'] : css['none']}>{count(upload.failed)}</span> },
    { id: 'same', head: 'Unchanged', width: 92, align: 'end', from: 900, rank: 3, bar: 24, cell: (upload) => <span className={upload.unchanged > 0 ? undefined : css['none']} title={upload.differing > 0 ? `Their external id was there already; ${count(upload.differing)} of them with another input` : 'Their external id was there already'}>{count(upload.unchanged)}{upload.differing > 0 && '*'}</span> },
    { id: 'project', head: 'Project', width: 120, from: 760, cell: (upload) => upload.project.name },
    { id: 'kept', head: 'Kept for', width: 104, from: 900, rank: 1, cell: (upload) => upload.reserved_for?.name ?? <span className={css['none']}>–</span> },
    { id: 'size', head: 'Size', width: 76, align: 'end', from: 900, rank: 5, bar: 40, cell: (upload) => <span className={css['soft']}><Bytes n={upload.bytes} /></span> },
    { id: 'took', head: 'Took', width: 76, align: 'end', from: 900, rank: 4, bar: 36, cell: (upload) => <span className={css['soft']}><Duration from={upload.started_at} to={upload.ended_at} /></span> },
    { id: 'by', head: 'By', width: 104, from: 860, rank: 2, cell: (upload) => upload.by?.name ?? '–' },
    { id: 'when', head: 'Started', width: 92, from: 620, bar: 56, cell: (upload) => <Time at={upload.created_at} /> },
    {
      id: 'cancel', head: 'Actions', quiet: true, width: 80, align: 'end', from: 560, bar: 0,
      cell: (upload) => isUnderWay(upload) && <Button small look="quiet" disabledReason={upload.can.cancel} pending={cancelling === upload.id} onClick={() => cancel(upload.id)}>Cancel</Button>,
    },
  ]
}

function State({ upload }: { upload: Upload }) {
  if (!isUnderWay(upload) || upload.state === 'queued') return <StatusBadge state={upload.state} word={upload.state === 'completed_with_errors' ? 'completed, with errors' : undefined} />
  const part = Math.round(upload.progress * 100)
  return <StateUnderWay state={upload.state} word={`${upload.state} ${part} %`} part={part} label={`${upload.file_name}: ${upload.state}`} />
}
