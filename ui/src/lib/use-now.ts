// The clocks of the whole page: everything relative ticks together, and what runs just now by the second.
import { useSyncExternalStore } from 'react'

function clock(tickMs: number) {
  let now = new Date()
  let timer: ReturnType<typeof setInterval> | undefined
  const watchers = new Set<() => void>()

  const subscribe = (watcher: () => void) => {
    watchers.add(watcher)
    timer ??= setInterval(() => {
      now = new Date()
      for (const each of watchers) each()
    }, tickMs)
    return () => {
      watchers.delete(watcher)
      if (watchers.size === 0) {
        clearInterval(timer)
        timer = undefined
      }
    }
  }
  const current = (): Date => {
    // A page that slept shows the present at its next drawing, not the moment it fell asleep.
    if (Date.now() - now.getTime() > tickMs) now = new Date()
    return now
  }
  return (): Date => useSyncExternalStore(subscribe, current)
}

/** The present, renewed every ten seconds. */
export const useNow = clock(10_000)

/** The present by the second, for what is under way while somebody watches. */
export const useSeconds = clock(1_000)
