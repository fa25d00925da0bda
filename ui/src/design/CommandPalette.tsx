// ⌘K: every place and every verb by its name; the arrow keys choose, Enter goes.
import { Modal } from '@mantine/core'
import { type ReactNode, useId, useState } from 'react'
import { Kbd } from '@/design/Kbd'
import css from '@/design/CommandPalette.module.css'

export interface Command {
  id: string
  title: string
  group: string
  icon?: ReactNode
  keys?: string
  /** Other words people may type. */
  also?: string
  /** What was typed is its very name: nothing comes before it. */
  isMeant?: boolean
  run: () => void
}

/** Commands whose title or words contain every word typed; a match at a word's beginning comes first. */
export function matching(commands: Command[], typed: string): Command[] {
  const terms = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const rank = (command: Command) => {
    const title = command.title.toLowerCase()
    const text = `${title} ${command.also?.toLowerCase() ?? ''} ${command.group.toLowerCase()}`
    if (!terms.every((term) => text.includes(term))) return -1
    if (command.isMeant) return Infinity
    return terms.reduce((sum, term) => sum + (title.startsWith(term) ? 3 : title.includes(` ${term}`) ? 2 : title.includes(term) ? 1 : 0), 0)
  }
  return commands
    .map((command, at) => ({ command, at, rank: rank(command) }))
    .filter((each) => each.rank >= 0)
    .sort((a, b) => b.rank - a.rank || a.at - b.at)
    .map((each) => each.command)
}

interface PaletteProps {
  open: boolean
  onClose: () => void
  commands: Command[]
  onType?: (typed: string) => void
  takeEarly?: () => string
}

export function CommandPalette({ open, onClose, commands, onType, takeEarly }: PaletteProps) {
  return (
    <Modal.Root opened={open} onClose={onClose} size={560} yOffset="14vh">
      <Modal.Overlay color="var(--scrim)" backgroundOpacity={1} />
      <Modal.Content aria-label="Search or jump" className={css['content']}>
        {open && <Choices commands={commands} onClose={onClose} onType={onType} takeEarly={takeEarly} />}
      </Modal.Content>
    </Modal.Root>
  )
}

function Choices({ commands, onClose, onType, takeEarly }: Omit<PaletteProps, 'open'>) {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const list = useId()
  const found = matching(commands, typed).slice(0, 40)
  const chosen = Math.min(at, found.length - 1)
  const type = (next: string) => {
    setTyped(next)
    setAt(0)
    onType?.(next)
  }
  const run = (command: Command | undefined) => {
    if (!command) return
    onClose()
    command.run()
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      event.preventDefault()
      const next = (chosen + step + found.length) % Math.max(1, found.length)
      setAt(next)
      document.getElementById(`${list}-${next}`)?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') {
      event.preventDefault()
      run(found[chosen])
    }
  }
  return (
    <div onKeyDown={onKeyDown}>
      <input
        className={css['input']}
        placeholder="Search or jump to…"
        aria-label="Search or jump to"
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={found.length ? `${list}-${chosen}` : undefined}
        value={typed}
        data-autofocus
        onChange={(event) => type(event.target.value)}
        onFocus={() => {
          const early = takeEarly?.()
          if (early) type(early + typed)
        }}
      />
      <div id={list} role="listbox" aria-label="Commands" className={css['list']}>
        {found.map((command, index) => (
          <div key={command.id}>
            {command.group !== found[index - 1]?.group && <div className={css['group']} aria-hidden>{command.group}</div>}
            <div
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === chosen}
              className={css['option']}
              onClick={() => run(command)}
              onPointerMove={() => setAt(index)}
            >
              <span className={css['icon']}>{command.icon}</span>
              <span className="truncate">{command.title}</span>
              {command.keys && <Kbd keys={command.keys} />}
            </div>
          </div>
        ))}
        {found.length === 0 && <div className={css['none']}>Nothing is called “{typed}”.</div>}
      </div>
    </div>
  )
}
