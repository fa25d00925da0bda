// Under a member's row: what they have in hand, what is kept for them, and what they would be handed next.
import { Tabs } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import type { Holder } from '@/api/types'
import { HeldTasks } from '@/features/reservations/HeldTasks'
import { KeptTasks } from '@/features/reservations/KeptTasks'
import type { Releasing } from '@/features/reservations/ReleaseDialog'
import css from '@/features/reservations/reservations.module.css'
import { count } from '@/lib/format'

const HEAD = 33
const ROW = 36
const BARS = 40 + 44
const SHOWN = { least: 4, most: 8 }

/** The part under a row needs its height before it is drawn. */
export function detailHeight({ held, kept }: Holder): number {
  const rows = Math.min(Math.max(held, kept, SHOWN.least), SHOWN.most)
  return BARS + HEAD + rows * ROW + 15
}

/** The table around this one listens to the same keys; these are for the row that has the focus. */
const ROW_KEYS = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'Enter', ' ', 'x']
const keepKeys = (event: KeyboardEvent) => {
  if (ROW_KEYS.includes(event.key)) event.stopPropagation()
}

interface HolderDetailProps {
  holder: Holder
  href: (task: string) => string
  onOpen: (task: string) => void
  onRelease: (what: Releasing) => void
  onDone: (says: string) => void
  next: (member: Holder['member']) => ReactNode
}

export function HolderDetail({ holder, href, onOpen, onRelease, onDone, next }: HolderDetailProps) {
  const [tab, setTab] = useState(holder.held > 0 ? 'held' : 'kept')
  return (
    <div className={css['detail']} onKeyDown={keepKeys}>
      <Tabs value={tab} onChange={(value) => setTab(value ?? 'held')} keepMounted={false} className={css['tabs']}>
        <Tabs.List aria-label={`Tasks of ${holder.member.name}`}>
          <Tabs.Tab value="held">In hand {count(holder.held)}</Tabs.Tab>
          <Tabs.Tab value="kept">Kept {count(holder.kept)}</Tabs.Tab>
          <Tabs.Tab value="next">What comes next</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="held"><HeldTasks holder={holder} href={href} onOpen={onOpen} onRelease={onRelease} /></Tabs.Panel>
        <Tabs.Panel value="kept"><KeptTasks holder={holder} href={href} onOpen={onOpen} onDone={onDone} /></Tabs.Panel>
        <Tabs.Panel value="next"><div className={css['next']}>{next(holder.member)}</div></Tabs.Panel>
      </Tabs>
    </div>
  )
}
