// Tasks kept for me: nobody else gets them, and they come before the line.
import type { KeptTask } from '@/api/types'
import { DataTable } from '@/design/DataTable'
import type { Column } from '@/design/table-columns'
import css from '@/features/work/WorkHome.module.css'
import { priorityWords, shortId, signed } from '@/lib/format'

const columns: Column<KeptTask>[] = [
  { id: 'task', head: 'Task', min: 160, cell: ({ task }) => <><span className={css['name']}>{task.external_id ?? shortId(task.id)}</span> <span className="meta">{task.preview}</span></> },
  { id: 'project', head: 'Project', width: 190, from: 520, cell: ({ task, step }) => <>{task.project.name} {step && <span className="meta">› {step}</span>}</> },
  { id: 'priority', head: 'Priority', width: 104, from: 620, cell: ({ priority }) => <span className="numbers">{signed(priority)} <span className="meta">{priorityWords(priority)}</span></span> },
  { id: 'when', head: 'When', width: 190, cell: ({ step }) => (step ? 'can be taken now' : <span className="meta">after the step before it</span>) },
]

export function KeptTable({ tasks }: { tasks: KeptTask[] }) {
  return (
    <div style={{ height: 33 + Math.min(tasks.length, 8) * 36 }} className={css['table']}>
      <DataTable label="Kept for you" memory="kept for me" columns={columns} rows={tasks} rowKey={({ task, step }) => `${task.id} ${step}`} />
    </div>
  )
}
