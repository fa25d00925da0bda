// What changes in the workspace, told to whoever shows it; one line to the server for the whole page.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { API } from '@/api/http'
import type { LiveFact } from '@/api/types'
import { follow, type StreamEvent, type StreamState } from '@/lib/events'

interface Listener {
  onFacts: (facts: LiveFact[]) => void
  onGap: () => void
}

const listeners = new Set<Listener>()
const watchers = new Set<() => void>()
let state: StreamState = 'connecting'
let stop: AbortController | null = null

function tell(event: StreamEvent): void {
  if (event.name !== 'facts') return
  const { facts } = event.data as { facts: LiveFact[] }
  for (const listener of listeners) listener.onFacts(facts)
}

function tellOfGap(): void {
  for (const listener of listeners) listener.onGap()
}

function setState(next: StreamState): void {
  state = next
  for (const watcher of watchers) watcher()
}

function listen(listener: Listener): () => void {
  listeners.add(listener)
  if (!stop) {
    stop = new AbortController()
    void follow({ url: `${API}/events`, onEvent: tell, onGap: tellOfGap, onState: setState, signal: stop.signal })
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      stop?.abort()
      stop = null
    }
  }
}

/** Calls with every batch of facts while the component lives. When some may have been missed, what is shown is asked for again. */
export function useFacts(onFacts: Listener['onFacts'], onGap?: Listener['onGap']): void {
  const queries = useQueryClient()
  const handler = useRef({ onFacts, onGap })
  useEffect(() => {
    handler.current = { onFacts, onGap }
  })
  useEffect(
    () =>
      listen({
        onFacts: (facts) => handler.current.onFacts(facts),
        onGap: () => (handler.current.onGap ? handler.current.onGap() : void queries.invalidateQueries()),
      }),
    [queries],
  )
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

export const useLiveState = (): StreamState => useSyncExternalStore(subscribe, () => state)
