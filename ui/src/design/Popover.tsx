// A panel on the browser's own popover: it closes by Esc or a click outside, and holds whatever a form needs.
import { type KeyboardEvent, type ReactNode, createContext, useContext, useId, useLayoutEffect, useRef, useState } from 'react'
import css from '@/design/Popover.module.css'
import { placeBeside } from '@/design/place'
import { useHotkeys } from '@/lib/hotkeys'

interface PopoverProps {
  label: string
  /** Draws the button; it has to hand the properties on to a real button. */
  trigger: (props: { popoverTarget: string; 'aria-haspopup': 'dialog'; 'aria-expanded': boolean }) => ReactNode
  align?: 'start' | 'end'
  side?: 'below' | 'above'
  width?: number
  /** A key of the page that opens it. */
  hotkey?: string
  children: ReactNode
}

const Close = createContext<() => void>(() => undefined)

/** What closes the panel that something stands in. */
export const useClosePopover = () => useContext(Close)

export function Popover({ label, trigger, align = 'start', side = 'below', width, hotkey, children }: PopoverProps) {
  const id = useId()
  const panel = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  useLayoutEffect(() => {
    const box = panel.current
    if (!isOpen || !box) return
    const place = () => placeBeside(box, id, { side, align })
    place()
    // What is in it may come later, or grow.
    const watch = new ResizeObserver(place)
    watch.observe(box)
    return () => watch.disconnect()
  }, [isOpen, id, side, align])
  useHotkeys(hotkey ? [{ keys: hotkey, says: label, group: 'List', run: () => panel.current?.showPopover() }] : [])

  // What is meant for the panel is not meant for the page.
  const onKeyDown = (event: KeyboardEvent) => event.stopPropagation()
  return (
    <>
      {trigger({ popoverTarget: id, 'aria-haspopup': 'dialog', 'aria-expanded': isOpen })}
      <div ref={panel} id={id} popover="auto" role="dialog" aria-label={label} className={css['panel']} style={{ width }} onToggle={(event) => setOpen(event.newState === 'open')} onKeyDown={onKeyDown}>
        {isOpen && <Close value={() => panel.current?.hidePopover()}>{children}</Close>}
      </div>
    </>
  )
}
