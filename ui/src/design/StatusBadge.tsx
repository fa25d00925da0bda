// A state as an icon, a colour and a word; never the colour alone.
import {
  IconAlertTriangle, IconArchive, IconArchiveOff, IconArrowBackUp, IconBan, IconCircleCheck, IconCircleDashed, IconCircleX, IconClock, IconEye, IconPencilCheck,
  IconPlayerPause, IconPlayerSkipForward,
} from '@tabler/icons-react'
import type { ComponentType, ReactNode } from 'react'
import { words } from '@/lib/format'
import css from '@/design/StatusBadge.module.css'

function HalfRing({ size = 15 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={2.4} className={css['turning']} aria-hidden>
      <circle cx="12" cy="12" r="8.6" opacity={0.25} />
      <path d="M12 3.4a8.6 8.6 0 0 1 0 17.2" strokeLinecap="round" />
    </svg>
  )
}

type Glyph = ComponentType<{ size?: number }>
const LOOKS: Record<string, { tone: string; Glyph: Glyph; word?: string }> = {
  queued: { tone: 'queued', Glyph: IconClock },
  in_progress: { tone: 'running', Glyph: HalfRing },
  running: { tone: 'running', Glyph: HalfRing },
  validating: { tone: 'running', Glyph: HalfRing },
  processing: { tone: 'running', Glyph: HalfRing },
  cancelling: { tone: 'waiting', Glyph: HalfRing },
  waiting: { tone: 'waiting', Glyph: IconPlayerPause },
  held: { tone: 'running', Glyph: HalfRing },
  completed: { tone: 'completed', Glyph: IconCircleCheck },
  submitted: { tone: 'completed', Glyph: IconCircleCheck },
  completed_with_errors: { tone: 'waiting', Glyph: IconAlertTriangle },
  failed: { tone: 'failed', Glyph: IconCircleX },
  cancelled: { tone: 'cancelled', Glyph: IconBan },
  expired: { tone: 'cancelled', Glyph: IconBan },
  released: { tone: 'cancelled', Glyph: IconArrowBackUp },
  skipped: { tone: 'cancelled', Glyph: IconPlayerSkipForward },
  redo: { tone: 'redo', Glyph: IconArrowBackUp },
  writing: { tone: 'running', Glyph: HalfRing },
  removing: { tone: 'running', Glyph: HalfRing },
  restoring: { tone: 'running', Glyph: HalfRing },
  deleting: { tone: 'waiting', Glyph: HalfRing },
  sending: { tone: 'running', Glyph: HalfRing },
  delivered: { tone: 'completed', Glyph: IconCircleCheck },
  archived: { tone: 'completed', Glyph: IconArchive },
  restored: { tone: 'completed', Glyph: IconArchiveOff },
  left_out: { tone: 'waiting', Glyph: IconAlertTriangle },
  ready: { tone: 'queued', Glyph: IconEye },
  accepted: { tone: 'completed', Glyph: IconCircleCheck },
  fixed: { tone: 'completed', Glyph: IconPencilCheck },
  rejected: { tone: 'failed', Glyph: IconCircleX },
  active: { tone: 'completed', Glyph: IconCircleCheck },
}
const UNKNOWN: { tone: string; Glyph: Glyph; word?: string } = { tone: 'queued', Glyph: IconCircleDashed }

interface StatusProps {
  state: string
  /** Another word than the state's own. */
  word?: ReactNode
  /** Only the icon, with the word for screen readers and on hover. */
  bare?: boolean
  size?: number
}

export function StatusBadge({ state, word, bare, size = 15 }: StatusProps) {
  const { tone, Glyph } = LOOKS[state] ?? UNKNOWN
  return (
    <span className={`${css['status']} ${css[tone]}`} title={bare ? words(state) : undefined}>
      <Glyph size={size} />
      {bare ? <span className="sr-only">{words(state)}</span> : <span className={css['word']}>{word ?? words(state)}</span>}
    </span>
  )
}
