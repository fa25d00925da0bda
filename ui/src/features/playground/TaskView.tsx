// A task that was tried: its picture with what the chosen run found, the runs below, the words beside.
import { SegmentedControl } from '@mantine/core'
import { IconShape } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useRef, useState } from 'react'
import { isOpen, runQuery, useRunLive } from '@/api/runs'
import type { Run, TaskPage } from '@/api/types'
import { Button } from '@/design/Button'
import { Picture, type PictureHandle } from '@/design/Picture'
import { Skeleton } from '@/design/Skeleton'
import { Filmstrip } from '@/features/playground/Filmstrip'
import { chosenRun, pictureOf } from '@/features/playground/prompt-of'
import { ResultTools } from '@/features/playground/ResultTools'
import { RunPanel } from '@/features/playground/RunPanel'
import css from '@/features/playground/TaskView.module.css'
import { useHotkeys } from '@/lib/hotkeys'
import { pictureAnswer } from '@/lib/picture-answer'

interface TaskViewProps {
  task: TaskPage
  /** The number of the run in the address; the newest without it. */
  number: number | undefined
  onNumber: (number: number) => void
  /** The steps of a run, drawn by the page. */
  renderSteps: (run: Run, says: string | null) => ReactNode
}

export function TaskView({ task, number, onNumber, renderSteps }: TaskViewProps) {
  const listed = chosenRun(task.runs, number)
  const open = task.runs.find(isOpen) ?? null
  const live = useRunLive(open)
  const asked = useQuery({ ...runQuery(listed?.id ?? ''), enabled: Boolean(listed), initialData: listed, staleTime: listed && isOpen(listed) ? 5_000 : Infinity })
  const run = asked.data?.id === listed?.id ? asked.data : listed

  const picture = useRef<PictureHandle>(null)
  const [base, setBase] = useState<'annotated' | 'original'>('annotated')
  const [layer, setLayer] = useState(true)
  const [hovered, setHovered] = useState<string | null>(null)
  const [chosen, setChosen] = useState<string | null>(null)

  const original = pictureOf(task)
  const answer = useMemo(() => pictureAnswer(run?.output), [run?.output])
  const drawn = answer?.image ?? null
  const shown = base === 'annotated' && drawn ? 'annotated' : 'original'
  const isBaked = shown === 'annotated'
  const whyNoRegions = !answer?.regions.length ? 'There are no regions to show.' : isBaked ? 'They are drawn into this picture: look at the original to switch them on and off.' : null
  const runs = [...task.runs].reverse()
  const at = runs.findIndex((one) => one.id === run?.id)
  const go = (by: number) => {
    const next = runs[at + by]
    if (next) onNumber(next.number)
  }
  useHotkeys([
    { keys: '[', says: 'Run before', group: 'Playground', run: () => go(-1) },
    { keys: ']', says: 'Run after', group: 'Playground', run: () => go(1) },
    { keys: 'o', says: 'Original or annotated', group: 'Picture', disabled: !drawn, run: () => setBase(shown === 'annotated' ? 'original' : 'annotated') },
    { keys: 'r', says: 'Regions on or off', group: 'Picture', disabled: whyNoRegions !== null, run: () => setLayer(!layer) },
  ])
  if (!run || !original) return <div className={css['missing']}>This task has no picture that could be shown.</div>

  const view = original.view_url ?? original.url
  const choose = (id: string | null, reveal: boolean) => {
    setChosen(id === chosen ? null : id)
    if (id && reveal) picture.current?.reveal(id)
  }
  return (
    <div className={css['view']}>
      <div className={css['middle']}>
        <div className={css['tools']}>
          <SegmentedControl
            size="xs"
            aria-label="Which picture"
            value={shown}
            onChange={(value) => setBase(value as typeof base)}
            data={[
              { value: 'annotated', label: 'Annotated', disabled: !drawn },
              { value: 'original', label: 'Original' },
            ]}
          />
          <Button small icon={<IconShape size={14} />} aria-pressed={layer && !isBaked} className={layer && !isBaked ? css['pressed'] : undefined} disabledReason={whyNoRegions} onClick={() => setLayer(!layer)}>
            Regions
          </Button>
          <span className={css['gap']} />
          <ResultTools task={task} run={run} answer={answer} original={original} />
        </div>
        <Picture
          key={task.id}
          ref={picture}
          src={shown === 'annotated' && drawn ? (task.files[drawn]?.view_url ?? `/api/v1/files/${drawn}/view`) : view}
          width={original.width}
          height={original.height}
          alt={shown === 'annotated' ? `${original.name}, annotated` : original.name}
          shapes={answer?.regions}
          layer={isBaked ? 'touch' : layer ? 'drawn' : 'off'}
          hovered={hovered}
          chosen={chosen}
          onHover={setHovered}
          onChoose={(id) => choose(id, false)}
        />
        {runs.length > 1 && <Filmstrip runs={runs} task={task} chosen={run.number} onChoose={onNumber} original={original} />}
      </div>
      <RunPanel
        key={task.id}
        task={task}
        run={run}
        answer={answer}
        at={at}
        total={runs.length}
        onGo={go}
        onNewest={() => onNumber(0)}
        hovered={hovered}
        chosen={chosen}
        onHover={setHovered}
        onChoose={(id) => choose(id, true)}
        steps={renderSteps(run, run.id === open?.id ? live.says : null)}
      />
    </div>
  )
}

export const TaskViewSkeleton = () => (
  <div className={css['view']} aria-busy>
    <div className={css['middle']}>
      <div className={css['tools']} />
      <div className={css['blank']} />
    </div>
    <div className={css['panel']}>
      <div className={css['section']}>
        <Skeleton width={120} height={14} />
        <Skeleton width="90%" />
        <Skeleton width="60%" />
        <Skeleton width={180} height={28} radius={6} />
      </div>
    </div>
  </div>
)
