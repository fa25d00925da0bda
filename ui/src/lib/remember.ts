// Small choices of the reader that outlive the page: theme, open sidebars, last project.
import { useCallback, useSyncExternalStore } from 'react'

const watchers = new Set<() => void>()
const PREFIX = 'taskyard.'

/** What was remembered, for whoever asks before anything is drawn. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key)
  } catch {
    return null // private windows may refuse; the choice then lasts as long as the page
  }
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher)
  window.addEventListener('storage', watcher)
  return () => {
    watchers.delete(watcher)
    window.removeEventListener('storage', watcher)
  }
}

/** A remembered string; other tabs follow. */
export function useRemembered<T extends string>(key: string, usual: T): [T, (value: T) => void] {
  const value = useSyncExternalStore(subscribe, () => remembered(key)) as T | null
  const set = useCallback(
    (next: T) => {
      try {
        localStorage.setItem(PREFIX + key, next)
      } finally {
        for (const watcher of watchers) watcher()
      }
    },
    [key],
  )
  return [value ?? usual, set]
}
