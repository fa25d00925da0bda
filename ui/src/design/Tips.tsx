// One tooltip for the whole page: whatever carries data-tip has one, by pointer, by keyboard and, when it is blocked, by touch.
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Kbd } from '@/design/Kbd'
import { beside } from '@/design/place'
import css from '@/design/Tips.module.css'

const HOVER_MS = 300

const tipped = (target: EventTarget | null): HTMLElement | null => {
  const found = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null
  return found?.dataset['tip'] ? found : null
}

export function Tips() {
  const [owner, setOwner] = useState<HTMLElement | null>(null)
  const [, setTold] = useState(0)
  const box = useRef<HTMLDivElement>(null)

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (element: HTMLElement | null, after: number) => {
      clearTimeout(timer)
      if (element) timer = setTimeout(() => setOwner(element), after)
      else setOwner(null)
    }
    const over = (event: PointerEvent) => event.pointerType === 'mouse' && show(tipped(event.target), HOVER_MS)
    const focus = (event: FocusEvent) => {
      const element = tipped(event.target)
      if (element?.matches(':focus-visible')) show(element, 0)
    }
    const press = (event: PointerEvent) => {
      const element = tipped(event.target)
      show(element?.getAttribute('aria-disabled') === 'true' ? element : null, 0)
    }
    const hide = () => show(null, 0)
    const key = (event: KeyboardEvent) => event.key !== 'Tab' && hide()
    const pairs: [string, EventListener][] = [
      ['pointerover', over as EventListener], ['pointerdown', press as EventListener], ['focusin', focus as EventListener],
      ['focusout', hide], ['keydown', key as EventListener], ['scroll', hide],
    ]
    for (const [name, listener] of pairs) document.addEventListener(name, listener, { capture: true, passive: true })
    return () => {
      clearTimeout(timer)
      for (const [name, listener] of pairs) document.removeEventListener(name, listener, { capture: true })
    }
  }, [])

  // The words may change while they are shown ("Copy" becomes "Copied"), and their owner may go.
  useEffect(() => {
    if (!owner) return
    const watch = new MutationObserver(() => (owner.isConnected ? setTold((told) => told + 1) : setOwner(null)))
    watch.observe(owner, { attributes: true, attributeFilter: ['data-tip'] })
    return () => watch.disconnect()
  }, [owner])

  useLayoutEffect(() => {
    const tip = box.current
    if (!tip || !owner?.isConnected) return
    tip.showPopover()
    const { left, top } = beside(owner.getBoundingClientRect(), tip.getBoundingClientRect(), { width: innerWidth, height: innerHeight }, { side: 'above', align: 'center', gap: 6 })
    tip.style.left = `${left}px`
    tip.style.top = `${top}px`
  })

  if (!owner?.dataset['tip']) return null
  return (
    <div ref={box} popover="manual" className={css['tip']} role="presentation">
      {owner.dataset['tip']} {owner.dataset['tipKeys'] && <Kbd keys={owner.dataset['tipKeys']} on="tooltip" />}
    </div>
  )
}
