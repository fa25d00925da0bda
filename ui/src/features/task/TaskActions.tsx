// What may be done to a task, each with the server's reason when it may not.
import { IconBan, IconRefresh, IconSortAscendingNumbers, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useCancelTask, useRefreshTask } from '@/api/answers'
import { useCancelRun, useRerun } from '@/api/runs'
import { useDeleteTask } from '@/api/tasks'
import type { TaskPage } from '@/api/types'
import { Button, IconButton } from '@/design/Button'
import { Confirm } from '@/design/Dialog'
import { HandOutDialog } from '@/features/task/HandOutDialog'
import { count } from '@/lib/format'

export function TaskActions({ task, answers, onDeleted }: { task: TaskPage; answers: number; onDeleted: () => void }) {
  const [asking, setAsking] = useState<'cancel' | 'rerun' | 'delete' | 'hand-out' | null>(null)
  const refresh = useRefreshTask(task.id)
  // A task that has been begun is cancelled by its run: what a model has in hand gets its time to end.
  const run = task.can.cancel === null ? null : (task.runs.find((one) => one.id === task.run_id && one.can.cancel === null) ?? null)
  const cancelTask = useCancelTask(task.id)
  const cancelRun = useCancelRun(task.id)
  const cancel = run ? cancelRun : cancelTask
  const rerun = useRerun(task.id)
  const remove = useDeleteTask()
  const close = () => setAsking(null)
  const name = task.external_id ?? 'this task'
  return (
    <>
      <Button small icon={<IconSortAscendingNumbers size={14} />} disabledReason={task.can.prioritise ?? null} onClick={() => setAsking('hand-out')}>Hand-out</Button>
      <Button small icon={<IconRefresh size={14} />} disabledReason={task.can.rerun} onClick={() => setAsking('rerun')}>Rerun</Button>
      <Button small icon={<IconBan size={14} />} disabledReason={run ? null : (task.can.cancel ?? null)} onClick={() => setAsking('cancel')}>Cancel</Button>
      <IconButton small label="Delete" look="danger" disabledReason={task.can.delete} onClick={() => setAsking('delete')}><IconTrash size={15} /></IconButton>
      {asking === 'hand-out' && <HandOutDialog task={task} onClose={close} />}
      <Confirm open={asking === 'rerun'} onClose={close} title={`Run ${name} again?`} verb="Rerun" pending={rerun.isPending} problem={rerun.error} onConfirm={() => rerun.mutate(null, { onSuccess: () => { refresh(); close() } })}>
        A new run begins with the settings of the last one; its {count(task.runs.length)} earlier {task.runs.length === 1 ? 'run and its answers stay' : 'runs and their answers stay'}.
      </Confirm>
      <Confirm open={asking === 'cancel'} onClose={close} title={`Cancel ${name}?`} verb="Cancel task" pending={cancel.isPending} problem={cancel.error} onConfirm={() => (run ? cancelRun.mutate(run.id, { onSuccess: () => { refresh(); close() } }) : cancelTask.mutate(undefined, { onSuccess: close }))}>
        {run ? 'Its run ends where it stands, and nobody' : 'Nobody'} gets it any more. What has been answered stays.
      </Confirm>
      <Confirm open={asking === 'delete'} onClose={close} danger title={`Delete ${name}?`} verb="Delete task" pending={remove.isPending} problem={remove.error} onConfirm={() => remove.mutate(task.id, { onSuccess: onDeleted })}>
        The task, {answers === 1 ? 'its answer' : `its ${count(answers)} answers`} and its files are removed. This cannot be undone.
      </Confirm>
    </>
  )
}
