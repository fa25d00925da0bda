// One task of the strip: its picture, when it was made, how it stands, and what came out.
import { Link } from '@tanstack/react-router'
import { IconPhoto, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { TaskRow } from '@/api/types'
import { IconButton } from '@/design/Button'
import { StatusBadge } from '@/design/StatusBadge'
import { dayAndTime } from '@/features/playground/prompt-of'
import css from '@/features/playground/TaskStrip.module.css'
import { counted, exactTime } from '@/lib/format'
import { useNow } from '@/lib/use-now'

/** The number of pictures that came out, where the list tells it. */
type Listed = TaskRow & { outputs?: number }

interface StripRowProps {
  task: Listed
  selected: boolean
  onFollowed: () => void
  onDelete: (task: TaskRow) => void
}

export function StripRow({ task, selected, onFollowed, onDelete }: StripRowProps) {
  const now = useNow()
  const made = new Date(task.created_at)
  return (
    <li className={css['row']} data-selected={selected || undefined}>
      <Link to="/playground" search={{ task_id: task.id }} className={css['link']} aria-current={selected ? 'true' : undefined} onClick={onFollowed}>
        <Thumbnail url={task.thumbnail_url} />
        <span className={css['words']}>
          <span className={css['prompt']}>{task.preview || 'No prompt'}</span>
          <span className={css['facts']}>
            <StatusBadge state={task.run_state ?? task.status} bare size={14} />
            <time dateTime={task.created_at} title={exactTime(made)}>
              {dayAndTime(made, now)}
            </time>
          </span>
          {task.outputs !== undefined && <span className={css['facts']}>{task.outputs === 0 ? 'No output' : counted(task.outputs, 'output image')}</span>}
        </span>
      </Link>
      <span className={css['trash']}>
        <IconButton small label="Delete task" onClick={() => onDelete(task)}>
          <IconTrash size={15} />
        </IconButton>
      </span>
    </li>
  )
}

/** An icon until the picture is there, and when there is none. */
export function Thumbnail({ url }: { url: string | null }) {
  const [shown, setShown] = useState<string | null>(null)
  return (
    <span className={css['thumb']}>
      <IconPhoto size={18} aria-hidden />
      {url && <img src={url} alt="" loading="lazy" data-shown={shown === url || undefined} onLoad={() => setShown(url)} onError={() => setShown(null)} />}
    </span>
  )
}
