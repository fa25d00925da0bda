// One archive beside the list: what it is, what became of each task, and the choice of those that come back.
import { SegmentedControl } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { IconDownload, IconRestore } from '@tabler/icons-react'
import { useCallback, useState } from 'react'
import { archiveFile, archiveItemsQuery, archiveQuery, useRestoreArchive } from '@/api/archives'
import type { Archive, ArchiveItem, ArchiveOutcome } from '@/api/types'
import { Button } from '@/design/Button'
import { DataTable } from '@/design/DataTable'
import { ProblemNotice } from '@/design/Notice'
import { Sentence } from '@/design/Sentence'
import { SidePanel } from '@/design/SidePanel'
import { Skeleton } from '@/design/Skeleton'
import { StatusBadge } from '@/design/StatusBadge'
import { Bytes, Copy, Id, Time } from '@/design/Time'
import type { Column } from '@/design/table-columns'
import { ArchiveState } from '@/features/archives/ArchiveState'
import css from '@/features/archives/archives.module.css'
import { isUnderWay, leftIn } from '@/features/archives/words'
import { count, counted, words } from '@/lib/format'

const ASK_AGAIN_MS = 1000

export function ArchivePanel({ id, onClose }: { id: string; onClose: () => void }) {
  const archive = useQuery({ ...archiveQuery(id), refetchInterval: (query) => (query.state.data && isUnderWay(query.state.data) ? ASK_AGAIN_MS : false) })
  return (
    <SidePanel label="Archive" title={archive.data?.name ?? 'Archive'} onClose={onClose} width={480}>
      {archive.data ? <Shown key={id} archive={archive.data} /> : archive.error ? <ProblemNotice problem={archive.error} onRetry={() => void archive.refetch()} /> : <Skeleton height={220} radius={6} />}
    </SidePanel>
  )
}

function Shown({ archive }: { archive: Archive }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const restore = useRestoreArchive()
  const begin = (ids: string[] | null) => restore.mutate({ id: archive.id, ids }, { onSuccess: () => setChosen(new Set()) })
  const some = chosen.size > 0
  return (
    <div className={css['panel']}>
      <Facts archive={archive} />
      <div className={css['verbs']}>
        <Button small look={leftIn(archive) > 0 ? 'primary' : 'plain'} icon={<IconRestore size={14} />} disabledReason={archive.can['restore']} pending={restore.isPending} onClick={() => begin(some ? [...chosen] : null)}>
          {some ? `Restore ${counted(chosen.size, 'task')}` : leftIn(archive) > 0 ? `Restore all ${count(leftIn(archive))}` : 'Restore'}
        </Button>
        <Download archive={archive} />
      </div>
      <ProblemNotice problem={restore.error} />
      <Items archive={archive} chosen={chosen} onChosen={setChosen} />
    </div>
  )
}

function Download({ archive }: { archive: Archive }) {
  const why = archive.can['download']
  if (why) return <Button small icon={<IconDownload size={14} />} disabledReason={why}>Download</Button>
  return <a className={css['download']} href={archiveFile(archive.id)} download><IconDownload size={14} aria-hidden /> Download</a>
}

const Facts = ({ archive }: { archive: Archive }) => (
  <>
    {archive.reason && <p className={css['reason']}><Sentence text={archive.reason} /></p>}
    <dl className={css['facts']}>
      <dt>Status</dt>
      <dd><ArchiveState archive={archive} /></dd>
      <dt>Date</dt>
      <dd><Time at={archive.created_at} /> by {archive.by?.name ?? 'N/A (by itself)'}</dd>
      <dt>Tasks</dt>
      <dd className="numbers">
        {count(archive.tasks)} archived of {count(archive.asked)}
        {archive.restored > 0 && `, ${count(archive.restored)} restored`}
      </dd>
      <dt>Projects</dt>
      <dd>{archive.projects.map((project) => project.name).join(', ') || '–'}</dd>
      {archive.bytes !== null && archive.sha256 !== null && (
        <>
          <dt>File</dt>
          <dd><Bytes n={archive.bytes} /> <code className={css['hash']} title={archive.sha256}>{archive.sha256.slice(0, 12)}</code> <Copy text={archive.sha256} label="Copy SHA-256" /></dd>
        </>
      )}
    </dl>
  </>
)

/** The reason under a row needs its height before it is drawn. */
const heightOfWhy = (item: ArchiveItem) => (item.says ? 9 + 18 * Math.ceil(item.says.length / (window.innerWidth < 700 ? 46 : 62)) : 0)

const OUTCOMES = [
  { value: '', label: 'All' },
  { value: 'archived', label: 'In the archive' },
  { value: 'restored', label: 'Restored' },
  { value: 'left_out', label: 'Stayed' },
]

function Items({ archive, chosen, onChosen }: { archive: Archive; chosen: ReadonlySet<string>; onChosen: (ids: ReadonlySet<string>) => void }) {
  const [outcome, setOutcome] = useState<ArchiveOutcome | null>(leftIn(archive) > 0 ? 'archived' : null)
  const items = useInfiniteQuery({ ...archiveItemsQuery(archive.id, outcome), refetchInterval: isUnderWay(archive) ? ASK_AGAIN_MS : false })
  const { fetchNextPage } = items
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage])
  const rows = items.data?.pages.flatMap((page) => page.items) ?? []
  const show = (next: string) => {
    setOutcome((next || null) as ArchiveOutcome | null)
    onChosen(new Set())
  }
  return (
    <>
      <SegmentedControl size="xs" aria-label="Which tasks to show" data={OUTCOMES} value={outcome ?? ''} onChange={show} />
      {items.error && rows.length === 0 ? (
        <ProblemNotice problem={items.error} onRetry={() => void items.refetch()} />
      ) : (
        <div className={css['items']}>
          <DataTable
            label={`Tasks of ${archive.name}`}
            memory={`archive ${archive.id} ${outcome ?? 'all'}`}
            columns={COLUMNS}
            rows={rows}
            rowKey={(item) => item.task_id}
            loading={items.isPending}
            hasMore={items.hasNextPage}
            loadingMore={items.isFetchingNextPage}
            onMore={more}
            selected={chosen}
            // Only what is in the archive can come back.
            onSelect={outcome === 'archived' ? onChosen : undefined}
            detail={{ height: heightOfWhy, render: (item) => <p className={css['why']}>{item.says}</p> }}
            compact
            empty={<p className={css['nothing']}>No task is here.</p>}
          />
        </div>
      )}
    </>
  )
}

const COLUMNS: Column<ArchiveItem>[] = [
  { id: 'task', head: 'Task', width: 116, bar: 64, cell: (item) => (item.outcome === 'archived' ? <Id id={item.task_id} label="task id" /> : <Link to="/tasks/$taskId" params={{ taskId: item.task_id }} search={{}}><code>{item.task_id.replaceAll('-', '').slice(-8)}</code></Link>) },
  { id: 'external', head: 'External id', min: 80, cell: (item) => <span title={item.external_id ?? undefined}>{item.external_id ?? '–'}</span> },
  { id: 'outcome', head: 'Now', width: 150, bar: 80, cell: (item) => <StatusBadge state={item.outcome} word={item.outcome === 'left_out' ? 'in the list' : item.outcome === 'asked' || item.outcome === 'written' ? 'waiting' : words(item.outcome)} /> },
]
