// The side panel of the list: the focused task without leaving the place.
import { useQuery } from '@tanstack/react-query'
import { taskQuery } from '@/api/tasks'
import type { File, TaskPage } from '@/api/types'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { SidePanel } from '@/design/SidePanel'
import { Skeleton } from '@/design/Skeleton'
import { Id, Time } from '@/design/Time'
import { Priority, TaskStatusBadge } from '@/features/tasks/columns'
import css from '@/features/tasks/tasks.module.css'

interface TaskPreviewProps {
  id: string
  onOpen: () => void
  onClose: () => void
}

export function TaskPreview({ id, onOpen, onClose }: TaskPreviewProps) {
  const task = useQuery(taskQuery(id))
  return (
    <SidePanel label="Task preview" title={<Id id={id} label="task id" />} onClose={onClose} actions={<Button small keys="enter" onClick={onOpen}>Open</Button>}>
      {task.data ? <Preview task={task.data} /> : task.error ? <ProblemNotice problem={task.error} onRetry={() => void task.refetch()} /> : <Skeleton height={220} radius={6} />}
    </SidePanel>
  )
}

function Preview({ task }: { task: TaskPage }) {
  const picture = firstPicture(task)
  return (
    <>
      {picture?.view_url && <img className={css['picture']} src={picture.view_url} alt={picture.name} width={picture.width ?? undefined} height={picture.height ?? undefined} />}
      <dl className={css['facts']}>
        <dt>Status</dt>
        <dd><TaskStatusBadge task={task} /></dd>
        {task.run_reason && <><dt>Why</dt><dd>{task.run_reason}</dd></>}
        <dt>Project</dt>
        <dd>{task.project.name}</dd>
        {task.steps.length > 0 && <><dt>Step</dt><dd>{task.steps.join(', ')}</dd></>}
        {task.reserved_by && <><dt>In hand of</dt><dd>{task.reserved_by.name}</dd></>}
        <dt>External id</dt>
        <dd>{task.external_id ?? '–'}</dd>
        <dt>Priority</dt>
        <dd><Priority of={task} /></dd>
        <dt>Batch</dt>
        <dd>{task.batch ?? '–'}</dd>
        <dt>Created</dt>
        <dd><Time at={task.created_at} /></dd>
        <dt>Last submitted</dt>
        <dd><Time at={task.last_submitted_at} /></dd>
      </dl>
      <h3 className={css['section']}>Input</h3>
      <dl className={css['facts']}>
        {Object.entries(task.input).map(([field, value]) => (
          <InputField key={field} field={field} value={value} file={typeof value === 'string' ? task.files[value] : undefined} />
        ))}
      </dl>
      {Object.keys(task.metadata).length > 0 && (
        <>
          <h3 className={css['section']}>Metadata</h3>
          <pre className={css['json']}>{JSON.stringify(task.metadata, null, 2)}</pre>
        </>
      )}
    </>
  )
}

function firstPicture(task: TaskPage): File | undefined {
  return Object.values(task.input)
    .map((value) => (typeof value === 'string' ? task.files[value] : undefined))
    .find((file) => file?.media_type.startsWith('image/'))
}

function InputField({ field, value, file }: { field: string; value: unknown; file: File | undefined }) {
  return (
    <>
      <dt>{field}</dt>
      <dd className={css['text']}>{file ? <a href={file.url}>{file.name}</a> : typeof value === 'object' && value !== null ? <code>{JSON.stringify(value)}</code> : String(value)}</dd>
    </>
  )
}
