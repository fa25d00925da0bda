// The runs of a task side by side, oldest first, as small pictures of what came out.
import { useEffect, useRef } from 'react'
import type { File, Run, TaskPage } from '@/api/types'
import { StatusBadge } from '@/design/StatusBadge'
import { promptOf } from '@/features/playground/prompt-of'
import { Thumbnail } from '@/features/playground/StripRow'
import css from '@/features/playground/TaskView.module.css'
import { pictureAnswer } from '@/lib/picture-answer'

interface FilmstripProps {
  runs: Run[]
  task: TaskPage
  chosen: number
  original: File
  onChoose: (number: number) => void
}

export function Filmstrip({ runs, task, chosen, original, onChoose }: FilmstripProps) {
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [chosen])
  return (
    <ol ref={list} className={css['film']} aria-label="Runs">
      {runs.map((run, at) => {
        const image = pictureAnswer(run.output)?.image
        const picture = image ? (task.files[image]?.thumbnail_url ?? `/api/v1/files/${image}/thumbnail`) : original.thumbnail_url
        return (
          <li key={run.id}>
            <button type="button" className={css['frame']} aria-current={run.number === chosen} onClick={() => onChoose(run.number)} title={promptOf(run, task)}>
              <Thumbnail url={picture} />
              <span className={css['framewords']}>
                <span className={css['frametop']}>
                  <StatusBadge state={run.state} bare size={13} /> {at + 1} of {runs.length}
                </span>
                <span className={css['frameprompt']}>{promptOf(run, task) || 'No prompt'}</span>
              </span>
            </button>
          </li>
        )
      })}
    </ol>
  )
}
