// The row that the keys act on: moving, selecting, opening, previewing; told to the memory of the list.
import { type KeyboardEvent, type MouseEvent, type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { recall, remember } from '@/design/table-memory'
import { useHotkeys } from '@/lib/hotkeys'

interface Wants<Row> {
  memory: string
  rows: Row[]
  rowKey: (row: Row) => string
  scroller: RefObject<HTMLElement | null>
  reveal: (index: number) => void
  selected?: ReadonlySet<string>
  onSelect?: (selected: ReadonlySet<string>) => void
  onOpen?: (row: Row) => void
  href?: (row: Row) => string
  onPreview?: (row: Row) => void
  previewed?: string | null
}

export function useTableCursor<Row>(wants: Wants<Row>) {
  const { memory, rows, rowKey } = wants
  const [place, setPlace] = useState(() => ({ memory, at: recall(memory).cursor }))
  const at = place.memory === memory ? place.at : recall(memory).cursor
  const now = useRef({ ...wants, at })
  useEffect(() => {
    now.current = { ...wants, at }
  })

  const moveTo = useCallback((id: string) => {
    const { memory: list } = now.current
    remember(list, { cursor: id })
    setPlace({ memory: list, at: id })
  }, [])

  const focusRow = useCallback((index: number) => {
    const { rows: all, rowKey: key, reveal, scroller } = now.current
    const row = all[index]
    if (!row) return
    const id = key(row)
    moveTo(id)
    reveal(index)
    focusWhenDrawn(scroller, id)
  }, [moveTo])

  // Coming back to a list: the row that was left has the focus again.
  const returned = useRef(false)
  useEffect(() => {
    if (returned.current || rows.length === 0) return
    returned.current = true
    if (at !== null && document.activeElement === document.body && rows.some((row) => rowKey(row) === at)) focusWhenDrawn(now.current.scroller, at)
  }, [rows, rowKey, at])

  // Where a range of selected rows began, and what was selected before it.
  const range = useRef<{ anchor: string; before: ReadonlySet<string> } | null>(null)
  const stretch = useCallback((to: string) => {
    const { at: here, rows: all, rowKey: key, selected, onSelect } = now.current
    const ids = all.map(key)
    const begun = range.current && selected?.size && ids.includes(range.current.anchor) ? range.current : { anchor: here !== null && ids.includes(here) ? here : to, before: new Set(selected) }
    range.current = begun
    const [first, last] = [ids.indexOf(begun.anchor), ids.indexOf(to)].sort((one, other) => one - other)
    onSelect?.(new Set([...begun.before, ...ids.slice(first, Number(last) + 1)]))
  }, [])

  const step = (by: number, isRange = false) => {
    const { at: here, rows: all, rowKey: key, onPreview, previewed } = now.current
    const index = all.findIndex((row) => key(row) === here)
    const next = index === -1 ? 0 : Math.min(all.length - 1, Math.max(0, index + by))
    const row = all[next]
    if (isRange && row) stretch(key(row))
    else range.current = null
    focusRow(next)
    if (row && previewed) onPreview?.(row)
  }

  const toggle = useCallback((id: string, isRange = false) => {
    const { selected, onSelect } = now.current
    if (!onSelect) return
    if (isRange) {
      stretch(id)
    } else {
      const next = new Set(selected)
      if (!next.delete(id)) next.add(id)
      range.current = { anchor: id, before: next }
      onSelect(next)
    }
    moveTo(id)
  }, [moveTo, stretch])

  const toggleAll = useCallback(() => {
    const { selected, onSelect, rows: all, rowKey: key } = now.current
    const next = new Set(selected)
    const isAll = all.every((row) => next.has(key(row)))
    for (const row of all) if (isAll) next.delete(key(row)); else next.add(key(row))
    range.current = null
    onSelect?.(next)
  }, [])

  const withRow = useCallback((id: string, then: (row: Row) => void) => {
    const row = now.current.rows.find((each) => now.current.rowKey(each) === id)
    if (row) then(row)
  }, [])

  const activate = useCallback((id: string, event: MouseEvent) => {
    if ((event.target as HTMLElement).closest('a, button, input, label')) return
    if (window.getSelection()?.toString()) return // marking text is not opening
    moveTo(id)
    withRow(id, (row) => {
      const { href, onOpen } = now.current
      if (href && (event.metaKey || event.ctrlKey)) window.open(href(row), '_blank', 'noopener')
      else onOpen?.(row)
    })
  }, [moveTo, withRow])

  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as HTMLElement).dataset['row']
    if (row === undefined || event.metaKey || event.ctrlKey || event.altKey) return
    const page = Math.max(1, Math.floor((wants.scroller.current?.clientHeight ?? 360) / 36) - 2)
    const acts: Record<string, () => void> = {
      ArrowDown: () => step(1, event.shiftKey),
      ArrowUp: () => step(-1, event.shiftKey),
      PageDown: () => step(page),
      PageUp: () => step(-page),
      Home: () => focusRow(0),
      End: () => focusRow(rows.length - 1),
      Enter: () => withRow(row, (each) => wants.onOpen?.(each)),
      ' ': () => withRow(row, (each) => wants.onPreview?.(each)),
      x: () => toggle(row),
    }
    const act = acts[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }

  useHotkeys([
    { keys: 'j', says: 'Next row', group: 'List', run: () => step(1) },
    { keys: 'k', says: 'Row before', group: 'List', run: () => step(-1) },
    ...(wants.onSelect
      ? [
          { keys: 'x', says: 'Select row', group: 'List', listedOnly: true, run: () => undefined },
          { keys: 'shift+j', says: 'Select down to the next row', group: 'List', run: () => step(1, true) },
          { keys: 'shift+k', says: 'Select up to the row before', group: 'List', run: () => step(-1, true) },
        ]
      : []),
    ...(wants.onPreview ? [{ keys: 'space', says: 'Preview row', group: 'List', listedOnly: true, run: () => undefined }] : []),
    ...(wants.onOpen ? [{ keys: 'enter', says: 'Open row', group: 'List', listedOnly: true, run: () => undefined }] : []),
  ])

  return { at, moveTo, toggle, toggleAll, activate, onKeyDown }
}

// The row may be drawn only after the virtual list has scrolled to it.
function focusWhenDrawn(scroller: RefObject<HTMLElement | null>, id: string, tries = 6): void {
  const drawn = scroller.current?.querySelectorAll<HTMLElement>('tr[data-row]') ?? []
  const found = [...drawn].find((row) => row.dataset['row'] === id)
  if (found) found.focus({ preventScroll: true })
  else if (tries > 0) requestAnimationFrame(() => focusWhenDrawn(scroller, id, tries - 1))
}
