// The history of archives: when, by whom, how many tasks, and what may be done with each.
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { IconDots, IconDownload, IconRestore, IconTrash, IconX } from '@tabler/icons-react'
import { type ReactNode, useCallback } from 'react'
import { archiveFile, archivesQuery } from '@/api/archives'
import { useFacts } from '@/api/live'
import type { Archive } from '@/api/types'
import { IconButton } from '@/design/Button'
import { DataTable } from '@/design/DataTable'
import { Menu, MenuItem, MenuLine } from '@/design/Menu'
import { ProblemNotice } from '@/design/Notice'
import { Bytes, Time } from '@/design/Time'
import type { Column } from '@/design/table-columns'
import { ArchiveState } from '@/features/archives/ArchiveState'
import css from '@/features/archives/archives.module.css'
import { isUnderWay, leftIn, projectsOf } from '@/features/archives/words'
import { count } from '@/lib/format'

// Progress is not a fact of the workspace: while something is done, the page asks.
const ASK_AGAIN_MS = 1000

export interface ArchiveVerbs {
  onRestore: (archive: Archive) => void
  onCancel: (archive: Archive) => void
  onDelete: (archive: Archive) => void
}

interface ArchiveTableProps extends ArchiveVerbs {
  open: string | undefined
  onOpen: (id: string | undefined) => void
  empty: ReactNode
}

export function ArchiveTable({ open, onOpen, empty, ...verbs }: ArchiveTableProps) {
  const queries = useQueryClient()
  const archives = useInfiniteQuery({
    ...archivesQuery,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(isUnderWay)) ? ASK_AGAIN_MS : false),
  })
  useFacts((facts) => {
    if (facts.some((fact) => fact.noun === 'archive')) void queries.invalidateQueries({ queryKey: ['archives'] })
  })
  const { fetchNextPage } = archives
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage])
  const rows = archives.data?.pages.flatMap((page) => page.items) ?? []
  if (archives.error && rows.length === 0) return <ProblemNotice problem={archives.error} onRetry={() => void archives.refetch()} size="page" />
  return (
    <DataTable
      label="Archives"
      memory="archives"
      columns={columns(verbs)}
      rows={rows}
      rowKey={(archive) => archive.id}
      loading={archives.isPending}
      hasMore={archives.hasNextPage}
      loadingMore={archives.isFetchingNextPage}
      onMore={more}
      onOpen={(archive) => onOpen(open === archive.id ? undefined : archive.id)}
      previewed={open ?? null}
      empty={empty}
    />
  )
}

function columns(verbs: ArchiveVerbs): Column<Archive>[] {
  return [
    { id: 'name', head: 'Archive', min: 92, cell: (archive) => <span title={archive.name}>{archive.name}</span> },
    { id: 'glyph', head: 'Status', quiet: true, width: 36, below: 460, bar: 15, cell: (archive) => <ArchiveState archive={archive} bare /> },
    { id: 'state', head: 'Status', width: 152, from: 460, bar: 100, cell: (archive) => <ArchiveState archive={archive} /> },
    { id: 'tasks', head: 'Tasks', width: 68, align: 'end', bar: 36, cell: (archive) => count(isUnderWay(archive) && archive.tasks === 0 ? archive.asked : archive.tasks) },
    { id: 'left', head: 'Still in it', width: 84, align: 'end', from: 640, bar: 40, cell: (archive) => <span className={leftIn(archive) === 0 ? css['none'] : undefined}>{count(leftIn(archive))}</span> },
    { id: 'stayed', head: 'Stayed', width: 72, align: 'end', from: 960, bar: 24, cell: (archive) => <span className={archive.left_out === 0 ? css['none'] : undefined} title="They stayed in the list">{count(archive.left_out)}</span> },
    { id: 'projects', head: 'Projects', width: 150, from: 760, cell: (archive) => <span title={archive.projects.map((project) => project.name).join(', ')}>{projectsOf(archive)}</span> },
    { id: 'size', head: 'Size', width: 76, align: 'end', from: 1040, bar: 40, cell: (archive) => <span className={css['soft']}>{archive.bytes === null ? '–' : <Bytes n={archive.bytes} />}</span> },
    { id: 'by', head: 'By', width: 120, from: 880, cell: (archive) => archive.by?.name ?? <span className={css['none']} title="It was archived by itself, after days at rest">N/A</span> },
    { id: 'when', head: 'Date', width: 92, from: 520, bar: 56, cell: (archive) => <Time at={archive.created_at} /> },
    { id: 'verbs', head: 'Actions', quiet: true, width: 56, align: 'end', bar: 0, cell: (archive) => <Verbs archive={archive} {...verbs} /> },
  ]
}

function Verbs({ archive, onRestore, onCancel, onDelete }: ArchiveVerbs & { archive: Archive }) {
  return (
    <Menu label={`What to do with ${archive.name}`} align="end" width={200} trigger={(props) => <IconButton {...props} small label={`Actions for ${archive.name}`}><IconDots size={16} /></IconButton>}>
      <MenuItem icon={<IconDownload size={15} />} href={archiveFile(archive.id)} download disabledReason={archive.can['download']}>Download</MenuItem>
      <MenuItem icon={<IconRestore size={15} />} disabledReason={archive.can['restore']} onSelect={() => onRestore(archive)}>Restore all</MenuItem>
      {archive.state === 'queued' && <MenuItem icon={<IconX size={15} />} disabledReason={archive.can['cancel']} onSelect={() => onCancel(archive)}>Cancel</MenuItem>}
      <MenuLine />
      <MenuItem icon={<IconTrash size={15} />} danger disabledReason={archive.can['delete']} onSelect={() => onDelete(archive)}>Delete…</MenuItem>
    </Menu>
  )
}
