// At the foot of a list, for what is selected: how many, and what may be done to them.
import { IconDots, IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { BulkAction } from '@/api/types'
import { useMay } from '@/api/who'
import { Button, IconButton } from '@/design/Button'
import { Kbd } from '@/design/Kbd'
import { Menu, MenuItem, MenuLine } from '@/design/Menu'
import { BulkDialog } from '@/features/bulk/BulkDialog'
import css from '@/features/bulk/bulk.module.css'
import { AT_HAND, DEEDS, type Deed } from '@/features/bulk/deeds'
import { total } from '@/lib/format'
import { useHotkeys } from '@/lib/hotkeys'
import type { SelectedCount, Selection } from '@/lib/selection'

interface BulkBarProps {
  selection: Selection
  count: SelectedCount
  onClear: () => void
  /** The steps the page knows of the selected tasks; they are offered, others can be written. */
  steps?: string[]
  /** While something is asked or done, the selection it is about has to stay: what is done may empty it. */
  onAsking?: (isAsking: boolean) => void
  /** Opens the list of earlier bulk work. */
  onRecent?: () => void
  /** "All 1,204 matching", and what else the page has for a selection. */
  children?: ReactNode
}

export function BulkBar({ selection, count, onClear, steps = [], onAsking, onRecent, children }: BulkBarProps) {
  const isLead = useMay('tasks.write')
  const mayCancel = useMay('tasks.cancel')
  const [asked, setAsked] = useState<BulkAction | null>(null)
  const ask = (action: BulkAction | null) => {
    setAsked(action)
    onAsking?.(action !== null)
  }
  const deeds = isLead ? DEEDS : DEEDS.filter((deed) => deed.action === 'cancel' && mayCancel)
  const atHand = deeds.filter((deed) => !isLead || AT_HAND.includes(deed.action))
  const others = deeds.filter((deed) => !atHand.includes(deed))
  useHotkeys(deeds.flatMap(({ action, keys, label }) => (keys ? [{ keys, says: label.replace('…', ''), group: 'Selection', disabled: asked !== null, run: () => ask(action) }] : [])))
  return (
    <div className={css['bar']} role="toolbar" aria-label="What to do with the selected tasks">
      <span className={css['count']} aria-live="polite">{total(count.n, count.isExact)} selected</span>
      {atHand.map((deed) => <Button key={deed.action} small keys={deed.keys} onClick={() => ask(deed.action)}>{deed.label}</Button>)}
      {others.length > 0 && (
        <Menu label="More" side="above" width={200} hotkey="." trigger={(props) => <IconButton {...props} look="plain" small label="More actions"><IconDots size={14} /></IconButton>}>
          <Others deeds={others} onChoose={ask} />
          {onRecent && <><MenuLine /><MenuItem onSelect={onRecent}>Recent bulk work</MenuItem></>}
        </Menu>
      )}
      <span className={css['grow']} />
      {children}
      <IconButton small label="Clear the selection" onClick={onClear}><IconX size={14} /></IconButton>
      {asked && <BulkDialog key={asked} action={asked} selection={selection} selected={count} steps={steps} onClose={() => ask(null)} />}
    </div>
  )
}

function Others({ deeds, onChoose }: { deeds: Deed[]; onChoose: (action: BulkAction) => void }) {
  const item = (deed: Deed) => <MenuItem key={deed.action} danger={deed.isDangerous} keys={deed.keys} end={deed.keys && <Kbd keys={deed.keys} />} onSelect={() => onChoose(deed.action)}>{deed.label}</MenuItem>
  return (
    <>
      {deeds.filter((deed) => !deed.isDangerous).map(item)}
      <MenuLine />
      {deeds.filter((deed) => deed.isDangerous).map(item)}
    </>
  )
}
