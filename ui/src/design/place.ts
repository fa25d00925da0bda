// Where a small box goes beside what it belongs to: below or above, inside the window.

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

const EDGE = 8

/** Left and top of a box of this size; it changes the side when there is no room. */
export function beside(anchor: Box, size: { width: number; height: number }, window: { width: number; height: number }, wants: { side: 'below' | 'above'; align: 'start' | 'center' | 'end'; gap: number }): { left: number; top: number } {
  const below = anchor.bottom + wants.gap
  const above = anchor.top - wants.gap - size.height
  const fitsBelow = below + size.height <= window.height - EDGE
  const fitsAbove = above >= EDGE
  const isBelow = wants.side === 'below' ? fitsBelow || !fitsAbove : !fitsAbove && fitsBelow
  const left = { start: anchor.left, center: (anchor.left + anchor.right - size.width) / 2, end: anchor.right - size.width }[wants.align]
  return {
    left: Math.max(EDGE, Math.min(left, window.width - size.width - EDGE)),
    top: Math.max(EDGE, isBelow ? Math.min(below, window.height - size.height - EDGE) : above),
  }
}

/** Puts an open popover beside the button that names it. */
export function placeBeside(box: HTMLElement, id: string, wants: { side: 'below' | 'above'; align: 'start' | 'end' }): void {
  const anchor = document.querySelector(`[popovertarget="${id}"]`)
  if (!anchor) return
  const { left, top } = beside(anchor.getBoundingClientRect(), box.getBoundingClientRect(), { width: innerWidth, height: innerHeight }, { ...wants, gap: 4 })
  box.style.left = `${left}px`
  box.style.top = `${top}px`
}
