// Tasks in my hands, or sent back to me: resume with Enter.
import type { HeldTask } from '@/api/types'
import { DataTable } from '@/design/DataTable'
import type { Column } from '@/design/table-columns'
import { Time } from '@/design/Time'
import css from '@/features/work/WorkHome.module.css'
import { leftWords, secondsLeft, urgency } from '@/features/work/lease'
import { shortId } from '@/lib/format'
import { useNow } from '@/lib/use-now'

interface HeldTableProps {
  label: string
  tasks: HeldTask[]
  href: (task: HeldTask) => string
  onOpen: (task: HeldTask) => void
}

const columns: Column<HeldTask>[] = [
  { id: 'picture', head: 'Picture', quiet: true, width: 52, cell: ({ task }) => (task.thumbnail_url ? <img className={css['thumb']} src={task.thumbnail_url} alt="" loading="lazy" /> : <span className={css['thumb']} />) },
  { id: 'task', head: 'Task', min: 160, cell: ({ task }) => <><span className={css['name']}>{task.external_id ?? shortId(task.id)}</span> <span className="meta">{task.preview}</span></> },
  { id: 'project', head: 'Project', width: 190, from: 620, cell: ({ task, step }) => <>{task.project.name} <span className="meta">› {step}</span></> },
  { id: 'draft', head: 'Draft', width: 84, from: 720, cell: ({ has_draft: begun }) => (begun ? 'begun' : <span className="meta">none yet</span>) },
  { id: 'held', head: 'Taken', width: 104, from: 520, cell: ({ held_at: at }) => <Time at={at} /> },
  { id: 'left', head: 'Time left', width: 116, align: 'end', cell: (held) => <Left until={held.lease_until} /> },
]

function Left({ until }: { until: string }) {
  const now = useNow()
  const seconds = secondsLeft(until, now.getTime())
  return <span className={css['left']} data-urgency={urgency(seconds)}>{leftWords(seconds)}</span>
}

export function HeldTable({ label, tasks, href, onOpen }: HeldTableProps) {
  return (
    <div style={{ height: 33 + Math.min(tasks.length, 8) * 36 }} className={css['table']}>
      <DataTable label={label} memory={label} columns={columns} rows={tasks} rowKey={(held) => held.id} href={href} onOpen={onOpen} />
    </div>
  )
}
