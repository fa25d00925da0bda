// One clock for the whole page: everything relative ticks together.
import { useSyncExternalStore } from 'react'

const TICK_MS = 10_000
let now = new Date()
let timer: ReturnType<typeof setInterval> | undefined
const watchers = new Set<() => void>()

function subscribe(watcher: () => void) {
  watchers.add(watcher)
  timer ??= setInterval(() => {
    now = new Date()
    for (const each of watchers) each()
  }, TICK_MS)
  return () => {
    watchers.delete(watcher)
    if (watchers.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

function current(): Date {
  // A page that slept shows the present at its next drawing, not the moment it fell asleep.
  if (Date.now() - now.getTime() > TICK_MS) now = new Date()
  return now
}

/** The present, renewed every ten seconds. */
export const useNow = (): Date => useSyncExternalStore(subscribe, current)
