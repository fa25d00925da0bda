// A menu on the browser's own popover: it closes by Esc or a click outside, and the arrow keys and letters move in it.
import { IconCheck } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, createContext, useContext, useId, useLayoutEffect, useRef, useState } from 'react'
import css from '@/design/Menu.module.css'
import { placeBeside } from '@/design/place'
import { useHotkeys } from '@/lib/hotkeys'

interface TriggerProps {
  popoverTarget: string
  'aria-haspopup': 'menu'
  'aria-expanded': boolean
}

interface MenuProps {
  label: string
  /** Draws the button; it has to hand the properties on to a real button. */
  trigger: (props: TriggerProps) => ReactNode
  align?: 'start' | 'end'
  side?: 'below' | 'above'
  width?: number
  /** A key of the page that opens it. */
  hotkey?: string
  children: ReactNode
}

const Close = createContext<() => void>(() => undefined)

const itemsOf = (menu: HTMLElement | null) => [...(menu?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])]

export function Menu({ label, trigger, align = 'start', side = 'below', width, hotkey, children }: MenuProps) {
  const id = useId()
  const menu = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)

  useLayoutEffect(() => {
    const box = menu.current
    if (!isOpen || !box) return
    placeBeside(box, id, { side, align })
    const items = itemsOf(box)
    // Where several may be on, none of them is the one to begin at.
    const isOneOf = items.every((item) => item.role !== 'menuitemcheckbox')
    const chosen = isOneOf && items.find((item) => item.getAttribute('aria-checked') === 'true')
    ;(chosen || items[0])?.focus({ preventScroll: true })
  }, [isOpen, id, side, align])
  useHotkeys(hotkey ? [{ keys: hotkey, says: label, group: 'List', run: () => menu.current?.showPopover() }] : [])

  const onKeyDown = (event: KeyboardEvent) => {
    const items = itemsOf(menu.current)
    const at = items.indexOf(document.activeElement as HTMLElement)
    const go = (to: number) => {
      event.preventDefault()
      items[(to + items.length) % items.length]?.focus()
    }
    if (event.key === 'ArrowDown') go(at + 1)
    else if (event.key === 'ArrowUp') go(at - 1)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(items.length - 1)
    else if (event.key === 'Tab') menu.current?.hidePopover()
    else if (/^[\p{L}\p{N}]$/u.test(event.key) && !event.metaKey && !event.ctrlKey) {
      const letter = event.key.toLowerCase()
      const turned = [...items.slice(at + 1), ...items.slice(0, at + 1)]
      const found = turned.find((item) => item.textContent.trim().toLowerCase().startsWith(letter))
      if (found) go(items.indexOf(found))
    }
    // What is meant for the menu is not meant for the page.
    event.stopPropagation()
  }

  return (
    <>
      {trigger({ popoverTarget: id, 'aria-haspopup': 'menu', 'aria-expanded': isOpen })}
      <div ref={menu} id={id} popover="auto" role="menu" aria-label={label} className={css['menu']} style={{ width }} onToggle={(event) => setOpen(event.newState === 'open')} onKeyDown={onKeyDown}>
        {isOpen && <Close value={() => menu.current?.hidePopover()}>{children}</Close>}
      </div>
    </>
  )
}

interface MenuItemProps {
  onSelect?: () => void
  /** A place to go to, as a file to download. */
  href?: string
  download?: boolean
  icon?: ReactNode
  /** What it stands for, for those who look for it in the page. */
  value?: string
  /** Keys that do something else with it, for screen readers. */
  keys?: string
  /** What stands at the end: a note, keys. */
  end?: ReactNode
  /** Several may be on ("check", the menu stays) or one ("radio"). */
  kind?: 'check' | 'radio'
  checked?: boolean
  disabledReason?: string | null
  danger?: boolean
  children: ReactNode
}

export function MenuItem({ onSelect, href, download, icon, value, keys, end, kind, checked, disabledReason, danger, children }: MenuItemProps) {
  const close = useContext(Close)
  const select = () => {
    if (disabledReason) return
    if (kind !== 'check') close()
    onSelect?.()
  }
  const common = {
    role: kind === 'check' ? 'menuitemcheckbox' : kind === 'radio' ? 'menuitemradio' : 'menuitem',
    'aria-checked': kind ? Boolean(checked) : undefined,
    'aria-disabled': disabledReason ? true : undefined,
    'data-value': value,
    'aria-keyshortcuts': keys,
    'data-tip': disabledReason ?? undefined,
    className: `${css['item']} ${danger ? css['danger'] : ''}`,
    tabIndex: -1,
    onPointerMove: (event: React.PointerEvent<HTMLElement>) => event.currentTarget.focus({ preventScroll: true }),
  }
  const inner = (
    <>
      {icon && <span className={css['icon']}>{icon}</span>}
      <span className={css['words']}>{children}</span>
      {end && <span className={css['end']}>{end}</span>}
      {kind && <IconCheck size={14} aria-hidden className={checked ? undefined : css['off']} />}
    </>
  )
  if (href && !disabledReason) return <a {...common} href={href} download={download} onClick={select}>{inner}</a>
  return <button type="button" {...common} onClick={select}>{inner}</button>
}

export const MenuLabel = ({ children }: { children: ReactNode }) => <div className={css['label']}>{children}</div>

export const MenuLine = () => <div className={css['line']} role="separator" />
