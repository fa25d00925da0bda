// The same picture with another prompt or another model: a new run beside the old ones.
import { Textarea } from '@mantine/core'
import { useState } from 'react'
import { useRerun } from '@/api/runs'
import type { Run, TaskPage } from '@/api/types'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { ModelSelect } from '@/features/playground/ModelSelect'
import { modelOf, promptOf } from '@/features/playground/prompt-of'
import { useHotkeys } from '@/lib/hotkeys'

interface RerunDialogProps {
  task: TaskPage
  run: Run
  onClose: () => void
  onStarted: () => void
}

export function RerunDialog({ task, run, onClose, onStarted }: RerunDialogProps) {
  const [prompt, setPrompt] = useState(() => promptOf(run, task))
  const [model, setModel] = useState(() => modelOf(run))
  const rerun = useRerun(task.id)
  const whyNot = task.can.rerun ?? (prompt.trim() ? null : 'Say what to find.')
  const start = () => {
    if (whyNot || rerun.isPending) return
    rerun.mutate({ prompt: prompt.trim(), model }, { onSuccess: onStarted })
  }
  useHotkeys([{ keys: 'mod+enter', says: 'Rerun', group: 'Playground', whileTyping: true, run: start }])
  return (
    <Dialog open onClose={onClose} title="Edit prompt">
      <Textarea label="Prompt" autosize minRows={3} maxRows={12} value={prompt} onChange={(event) => setPrompt(event.currentTarget.value)} data-autofocus />
      <ModelSelect value={model} onChange={setModel} />
      <ProblemNotice problem={rerun.error} />
      <DialogFoot>
        <Button onClick={onClose}>Close</Button>
        <Button look="primary" keys="mod+enter" disabledReason={whyNot} pending={rerun.isPending} onClick={start}>
          Rerun task
        </Button>
      </DialogFoot>
    </Dialog>
  )
}
