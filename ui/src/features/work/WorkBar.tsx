// The one bar of the workbench: where we are, the time, what is saved, and the ways out.
import { IconArrowLeft, IconBook2, IconCheck, IconCloudOff, IconCloudUp, IconHandStop, IconPlayerSkipForward } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Hold } from '@/api/types'
import { Button, IconButton } from '@/design/Button'
import type { Saving } from '@/features/work/draft-saver'
import { leftWords, urgency } from '@/features/work/lease'
import css from '@/features/work/Workbench.module.css'
import { ago, exactTime, shortId } from '@/lib/format'
import { useNow } from '@/lib/use-now'

interface WorkBarProps {
  hold: Hold
  seconds: number
  saving: Saving
  today: number | null
  areInstructionsOpen: boolean
  onInstructions: () => void
  onSkip: () => void
  onRelease: () => void
  onSubmit: () => void
  isSubmitting: boolean
  submitReason: string | null
}

export function WorkBar({ hold, seconds, saving, today, areInstructionsOpen, onInstructions, onSkip, onRelease, onSubmit, isSubmitting, submitReason }: WorkBarProps) {
  const { task, step_run: step } = hold
  return (
    <header className={css['bar']}>
      <Link to="/work" className={css['back']} aria-label="Back to Work" title="Back to Work"><IconArrowLeft size={17} /></Link>
      <div className={css['where']}>
        <span className={css['project']}>{task.project.name}</span>
        <span className={css['step']}>{step.step}</span>
        <Link to="/tasks/$taskId" params={{ taskId: task.id }} className={css['task']} title={`Task ${task.id}`}>{task.external_id ?? shortId(task.id)}</Link>
      </div>
      {today !== null && today > 0 && <span className={css['today']} title="Submitted by you today"><IconCheck size={14} aria-hidden /> <span key={today} className={css['tick']}>{today}</span> today</span>}
      {hold.reservation.state === 'held' && <TimeLeft seconds={seconds} until={hold.reservation.lease_until} />}
      <SavedState saving={saving} />
      <div className={css['ways']}>
        {task.instructions && <IconButton label="Instructions" keys="i" aria-pressed={areInstructionsOpen} onClick={onInstructions}><IconBook2 size={17} /></IconButton>}
        <IconButton label="Release: give the task back" onClick={onRelease}><IconHandStop size={17} /></IconButton>
        <Button small icon={<IconPlayerSkipForward size={14} />} onClick={onSkip} className={css['skip']}>Skip</Button>
        <Button small look="primary" keys="mod+enter" pending={isSubmitting} disabledReason={submitReason} onClick={onSubmit}>Submit</Button>
      </div>
    </header>
  )
}

function TimeLeft({ seconds, until }: { seconds: number; until: string }) {
  const now = urgency(seconds)
  return (
    <span className={css['time']} data-urgency={now} title={`Reserved until ${exactTime(new Date(until))}; renewed while you work`} role={now === 'quiet' ? undefined : 'timer'}>
      {leftWords(seconds)}
    </span>
  )
}

function SavedState({ saving }: { saving: Saving }) {
  const now = useNow()
  const show = (icon: ReactNode, says: string, title?: string) => <span className={css['saved']} data-kind={saving.kind} title={title ?? says} aria-live="polite">{icon}<span>{says}</span></span>
  switch (saving.kind) {
    case 'clean':
      return null
    case 'unsaved':
    case 'saving':
      return show(<IconCloudUp size={15} aria-hidden />, 'Saving…')
    case 'saved': {
      const when = ago(new Date(saving.at), now.getTime() < saving.at ? new Date(saving.at) : now)
      return show(<IconCheck size={15} aria-hidden />, when === 'now' ? 'Saved' : `Saved ${when}`, `Draft saved at ${exactTime(new Date(saving.at))}`)
    }
    case 'kept':
      return show(<IconCloudOff size={15} aria-hidden />, 'Kept in this browser', saving.says)
    case 'conflict':
      return show(<IconCloudOff size={15} aria-hidden />, 'Two versions')
  }
}
