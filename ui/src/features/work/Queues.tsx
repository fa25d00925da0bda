// The queues I may take from: how much is free in each, and Start.
import { IconChecklist, IconForms, IconPencil, IconTags, IconTextScan2, IconVectorBezier2 } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { WorkHome } from '@/api/types'
import { Button } from '@/design/Button'
import css from '@/features/work/WorkHome.module.css'
import { total } from '@/lib/format'

const ICONS: Record<string, ReactNode> = {
  annotate: <IconVectorBezier2 size={16} />,
  transcribe: <IconTextScan2 size={16} />,
  classify: <IconTags size={16} />,
  fill: <IconForms size={16} />,
  write: <IconPencil size={16} />,
}

type Queue = WorkHome['queues'][number]

interface QueuesProps {
  queues: Queue[]
  pending: Queue | 'any' | null
  onStart: (queue: Queue) => void
}

export function Queues({ queues, pending, onStart }: QueuesProps) {
  return (
    <table className={css['queues']}>
      <thead>
        <tr><th scope="col">Queue</th><th scope="col" className={css['kind']}>Work</th><th scope="col" className={css['end']}>Free</th><th><span className="sr-only">Start</span></th></tr>
      </thead>
      <tbody>
        {queues.map((queue) => (
          <tr key={`${queue.project.id} ${queue.step}`}>
            <td><span className={css['name']}>{queue.project.name}</span> <span className="meta">› {queue.step}</span></td>
            <td className={css['kind']}><span className={css['use']}>{ICONS[queue.use ?? ''] ?? <IconChecklist size={16} />} {queue.use}</span></td>
            <td className={css['end']}><span className="numbers">{total(queue.free, queue.free_is_exact)}</span></td>
            <td className={css['go']}>
              <Button small pending={pending === queue} disabledReason={queue.free === 0 ? 'Nothing is free in this queue right now.' : null} onClick={() => onStart(queue)} aria-label={`Start ${queue.project.name}, ${queue.step}`}>Start</Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
