// Beside the picture: which run this is, what was asked, how it goes, and what it found.
import { Tabs } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconPencil, IconPlayerStop, IconRefresh } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { isOpen, useCancelRun, useRerun } from '@/api/runs'
import type { Run, TaskPage } from '@/api/types'
import { Button, IconButton } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { StatusBadge } from '@/design/StatusBadge'
import { Copy, Duration, Time } from '@/design/Time'
import { modelOf, promptOf } from '@/features/playground/prompt-of'
import { RegionList } from '@/features/playground/RegionList'
import { RerunDialog } from '@/features/playground/RerunDialog'
import css from '@/features/playground/TaskView.module.css'
import type { PictureAnswer } from '@/lib/picture-answer'

interface RunPanelProps {
  task: TaskPage
  run: Run
  answer: PictureAnswer | null
  at: number
  total: number
  onGo: (by: number) => void
  onNewest: () => void
  hovered: string | null
  chosen: string | null
  onHover: (id: string | null) => void
  onChoose: (id: string) => void
  steps: ReactNode
}

export function RunPanel({ task, run, answer, at, total, onGo, onNewest, hovered, chosen, onHover, onChoose, steps }: RunPanelProps) {
  const [editing, setEditing] = useState(false)
  const [tab, setTab] = useState<string | null>(null)
  const rerun = useRerun(task.id)
  const cancel = useCancelRun(task.id)
  const open = isOpen(run)
  const prompt = promptOf(run, task)
  const shownTab = tab ?? (answer ? 'regions' : 'steps')
  return (
    <aside className={css['panel']} aria-label="Run">
      <section className={css['section']}>
        <div className={css['runhead']}>
          <h2>{total > 1 ? `Run ${at + 1} of ${total}` : 'Run'}</h2>
          {total > 1 && (
            <span className={css['arrows']}>
              <IconButton small label="Run before" keys="[" disabledReason={at <= 0 ? 'This is the first run.' : null} onClick={() => onGo(-1)}>
                <IconChevronLeft size={16} />
              </IconButton>
              <IconButton small label="Run after" keys="]" disabledReason={at >= total - 1 ? 'This is the newest run.' : null} onClick={() => onGo(1)}>
                <IconChevronRight size={16} />
              </IconButton>
            </span>
          )}
          <span className={css['state']} aria-live="polite">
            <StatusBadge state={run.state} />
          </span>
        </div>
        <p className={css['prompt']}>{prompt || <span className="meta">No prompt</span>}</p>
        <p className={css['facts']}>
          <span>{modelOf(run) ?? 'no model'}</span>
          {run.started_at && <Duration from={run.started_at} to={run.ended_at} />}
          <Time at={run.created_at} />
        </p>
        {run.reason && open && <p className={css['facts']}>{run.reason}</p>}
        <div className={css['buttons']}>
          <Button small icon={<IconPencil size={14} />} disabledReason={task.can.rerun} onClick={() => setEditing(true)}>
            Edit prompt
          </Button>
          <Button small icon={<IconRefresh size={14} />} disabledReason={task.can.rerun} pending={rerun.isPending} onClick={() => rerun.mutate({ prompt, model: modelOf(run) }, { onSuccess: onNewest })}>
            Rerun
          </Button>
          {open && (
            <Button small icon={<IconPlayerStop size={14} />} disabledReason={run.can.cancel} pending={cancel.isPending} onClick={() => cancel.mutate(run.id)}>
              Cancel
            </Button>
          )}
        </div>
        <ProblemNotice problem={rerun.error ?? cancel.error} />
        {run.error && <Refusal error={run.error} />}
      </section>
      <Tabs value={shownTab} onChange={setTab} className={css['tabs']}>
        <Tabs.List>
          <Tabs.Tab value="regions">Regions {answer && <span className={css['count']}>{answer.regions.length}</span>}</Tabs.Tab>
          <Tabs.Tab value="text">Text</Tabs.Tab>
          <Tabs.Tab value="steps">Steps</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="regions" className={css['tabbody']}>
          {answer?.regions.length ? (
            <RegionList regions={answer.regions} hovered={hovered} chosen={chosen} onHover={onHover} onChoose={onChoose} />
          ) : (
            <p className={css['none']}>{nothing(run, 'regions')}</p>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="text" className={css['tabbody']}>
          {answer?.text ? (
            <div className={css['text']}>
              <span className={css['copy']}><Copy text={answer.text} label="Copy text" /></span>
              <pre>{answer.text}</pre>
            </div>
          ) : (
            <p className={css['none']}>{nothing(run, 'text')}</p>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="steps" className={css['tabbody']}>
          <div className={css['steps']}>{steps}</div>
        </Tabs.Panel>
      </Tabs>
      {editing && <RerunDialog task={task} run={run} onClose={() => setEditing(false)} onStarted={() => { setEditing(false); onNewest() }} />}
    </aside>
  )
}

/** A model that says no says what it can; this is a result, not an accident. */
function Refusal({ error }: { error: NonNullable<Run['error']> }) {
  const mend = error.mend && !error.says.includes(error.mend) ? error.mend : null
  return (
    <div className={css['refusal']} role="status">
      <p>{error.says}</p>
      {mend && <p className={css['mend']}>{mend}</p>}
    </div>
  )
}

function nothing(run: Run, what: string): string {
  if (isOpen(run)) return `The ${what} will stand here when the run ends.`
  if (run.state === 'completed') return `The model found no ${what} for this prompt.`
  return `This run gave no ${what}.`
}
