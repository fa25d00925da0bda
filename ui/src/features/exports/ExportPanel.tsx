// One export beside the history: what it selected, what came of it, its files with their sums, and asking for it again.
import { useQuery } from '@tanstack/react-query'
import { IconDownload, IconFileInfo, IconRepeat } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { exportQuery } from '@/api/exports'
import type { Export } from '@/api/types'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { Sentence } from '@/design/Sentence'
import { SidePanel } from '@/design/SidePanel'
import { Skeleton } from '@/design/Skeleton'
import { Bytes, Copy, Time } from '@/design/Time'
import { ExportState } from '@/features/exports/ExportState'
import { formatName, isUnderWay } from '@/features/exports/choices'
import css from '@/features/exports/exports.module.css'
import { useKnown } from '@/features/exports/use-known'
import { answersWords, selectedWords } from '@/features/exports/words'
import { count, counted, dayOf } from '@/lib/format'
import { saveFrom } from '@/lib/take-away'

const ASK_AGAIN_MS = 1000

interface ExportPanelProps {
  id: string
  onClose: () => void
  onAgain: (each: Export) => void
}

export function ExportPanel({ id, onClose, onAgain }: ExportPanelProps) {
  const found = useQuery({ ...exportQuery(id), refetchInterval: (query) => (query.state.data && isUnderWay(query.state.data) ? ASK_AGAIN_MS : false) })
  return (
    <SidePanel label="Export" title={found.data?.file_name ?? 'Export'} onClose={onClose} width={420}>
      {found.data ? <Shown each={found.data} onAgain={onAgain} /> : found.error ? <ProblemNotice problem={found.error} onRetry={() => void found.refetch()} /> : <Skeleton height={220} radius={6} />}
    </SidePanel>
  )
}

function Shown({ each, onAgain }: { each: Export; onAgain: (each: Export) => void }) {
  const { download_url: download, manifest_url: manifest } = each
  const why = isUnderWay(each) ? 'It is still being made.' : 'The file is not kept any more.'
  return (
    <div className={css['panel']}>
      {each.reason && <p className={css['reason']}><Sentence text={each.reason} /></p>}
      <Facts each={each} />
      <div className={css['verbs']}>
        <Button small icon={<IconDownload size={14} />} disabledReason={download ? null : why} onClick={() => download && saveFrom(download, '')}>Download</Button>
        <Button small icon={<IconFileInfo size={14} />} disabledReason={manifest ? null : why} onClick={() => manifest && saveFrom(manifest, '')}>Manifest</Button>
        <Button small icon={<IconRepeat size={14} />} onClick={() => onAgain(each)}>Export again</Button>
      </div>
    </div>
  )
}

function Facts({ each }: { each: Export }) {
  const left = Object.entries(each.left_out)
  const isDone = each.state === 'completed'
  return (
    <dl className={css['facts']}>
      <Fact name="What">{selectedWords(each.selection, useKnown())}</Fact>
      <Fact name="Format">{formatName(each.format)}</Fact>
      <Fact name="Answers">{answersWords(each)}</Fact>
      {each.consumer && <Fact name="Consumer">{each.consumer.name}, what changed since its last export</Fact>}
      <Fact name="Status"><ExportState each={each} /></Fact>
      {isDone && <Fact name="Tasks">{count(each.tasks)}, with {counted(each.answers_given, 'answer')}</Fact>}
      {each.files > 0 && <Fact name="Files">{count(each.files)}</Fact>}
      {each.gone > 0 && <Fact name="Gone">{count(each.gone)} deleted or archived since the last time</Fact>}
      {isDone && <Fact name="Left out">{left.length === 0 ? 'nothing' : left.map(([reason, n]) => <div key={reason}>{count(n)} × {reason}</div>)}</Fact>}
      <Fact name="Asked for"><Time at={each.created_at} /> by {each.by?.name ?? 'N/A'}</Fact>
      {each.snapshot_at && <Fact name="As of"><Time at={each.snapshot_at} /></Fact>}
      {each.expires_at && <Fact name={each.download_url ? 'Kept until' : 'Was kept until'}>{dayOf(each.expires_at)}</Fact>}
      {each.sha256 && <Fact name="File">{each.bytes !== null && <Bytes n={each.bytes} />} <Sum of="file" sum={each.sha256} /></Fact>}
      {each.manifest_sha256 && <Fact name="Manifest"><Sum of="manifest" sum={each.manifest_sha256} /></Fact>}
    </dl>
  )
}

const Sum = ({ of, sum }: { of: string; sum: string }) => (
  <><code className={css['hash']} title={`SHA-256 ${sum}`}>{sum.slice(0, 12)}</code> <Copy text={sum} label={`Copy SHA-256 of the ${of}`} /></>
)

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
)
