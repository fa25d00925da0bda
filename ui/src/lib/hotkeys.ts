// Keys of a page: declared where they act, listed by `?`, silent while somebody types.
import { useEffect, useRef, useSyncExternalStore } from 'react'

export interface Hotkey {
  /** "j", "mod+k", "shift+?", or two strokes: "g t". "mod" is ⌘ on a Mac and Ctrl elsewhere. */
  keys: string
  says: string
  run: (event: KeyboardEvent) => void
  /** Acts even while a field has the focus; for mod+k and mod+enter. */
  whileTyping?: boolean
  /** The heading under which `?` lists it. */
  group?: string
  disabled?: boolean
  /** The element with the focus acts on it; here it is only listed. */
  listedOnly?: boolean
}

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)

const layers: { current: Hotkey[] }[] = []
const watchers = new Set<() => void>()
let listed: Hotkey[] = []
let pending: { stroke: string; at: number } | null = null
const SEQUENCE_MS = 900

function changed() {
  listed = layers.flatMap((layer) => layer.current)
  for (const watcher of watchers) watcher()
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type)
}

/** The stroke as it is written in a Hotkey: modifiers in the order mod, alt, shift, then the key. */
export function strokeOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase()
  const mod = isMac ? event.metaKey : event.ctrlKey
  // Shift is part of the sign for "?" and its like, and a modifier for letters and named keys.
  const shift = event.shiftKey && (key.length > 1 || /[a-z]/.test(key))
  return `${mod ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${shift ? 'shift+' : ''}${key}`
}

function find(stroke: string, typing: boolean): Hotkey | undefined {
  for (const layer of [...layers].reverse()) {
    const hit = layer.current.find((key) => key.keys === stroke && !key.disabled && !key.listedOnly && (!typing || key.whileTyping))
    if (hit) return hit
  }
  return undefined
}

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || ['Shift', 'Control', 'Meta', 'Alt'].includes(event.key)) return
  // Under a dialog the page rests: only what acts in fields too, acts there.
  const typing = isTyping(event.target) || document.querySelector('[aria-modal="true"]') !== null
  const stroke = strokeOf(event)
  const first = pending && event.timeStamp - pending.at < SEQUENCE_MS ? pending.stroke : null
  pending = null
  const hit = (first && find(`${first} ${stroke}`, typing)) || find(stroke, typing)
  if (hit) {
    event.preventDefault()
    hit.run(event)
  } else if (!typing && layers.some((layer) => layer.current.some((key) => key.keys.startsWith(`${stroke} `)))) {
    pending = { stroke, at: event.timeStamp }
  }
}

/** Listens while the component lives. The last mounted wins when two want the same key. */
export function useHotkeys(keys: Hotkey[]): void {
  const layer = useRef<Hotkey[]>(keys)
  useEffect(() => {
    layer.current = keys
    changed()
  })
  useEffect(() => {
    layers.push(layer)
    if (layers.length === 1) document.addEventListener('keydown', handleKey)
    changed()
    return () => {
      layers.splice(layers.indexOf(layer), 1)
      if (layers.length === 0) document.removeEventListener('keydown', handleKey)
      changed()
    }
  }, [])
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

export const useListedHotkeys = (): Hotkey[] => useSyncExternalStore(subscribe, () => listed)

const SIGNS: Record<string, string> = {
  mod: isMac ? '⌘' : 'Ctrl', shift: isMac ? '⇧' : 'Shift', alt: isMac ? '⌥' : 'Alt',
  enter: '↵', escape: 'Esc', space: 'Space', arrowup: '↑', arrowdown: '↓', arrowleft: '←', arrowright: '→', backspace: '⌫', delete: 'Del',
}

/** "mod+enter" as ["⌘", "↵"], "g t" as ["G", "T"]. */
export const keySigns = (keys: string): string[] =>
  keys.split(' ').flatMap((stroke) => stroke.split(/\+(?=.)/).map((key) => SIGNS[key] ?? key.toUpperCase()))
