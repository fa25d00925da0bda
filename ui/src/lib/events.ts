// Server-sent events over fetch: they carry our headers, resume by the last id, and come back after a broken line.
import { useEffect, useRef, useState } from 'react'

export interface StreamEvent {
  name: string
  data: unknown
  id: string | null
}

/** Turns pieces of text/event-stream into events; keeps what is not whole yet. */
export class EventParser {
  private rest = ''
  private name = ''
  private lines: string[] = []
  private id: string | null = null
  /** Milliseconds the server asks us to wait before coming back, if it asked. */
  retry: number | null = null

  push(piece: string): StreamEvent[] {
    const events: StreamEvent[] = []
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/)
    this.rest = lines.pop() ?? ''
    for (const line of lines) {
      const event = this.take(line)
      if (event) events.push(event)
    }
    return events
  }

  private take(line: string): StreamEvent | null {
    if (line === '') return this.flush()
    if (line.startsWith(':')) return null
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.name = value
    else if (field === 'data') this.lines.push(value)
    else if (field === 'id' && !value.includes('\0')) this.id = value
    else if (field === 'retry' && /^\d+$/.test(value)) this.retry = Number(value)
    return null
  }

  private flush(): StreamEvent | null {
    const text = this.lines.join('\n')
    const name = this.name || 'message'
    this.lines = []
    this.name = ''
    if (text === '') return null
    return { name, data: parse(text), id: this.id }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

export type StreamState = 'connecting' | 'open' | 'waiting' | 'ended'

interface Listening {
  url: string
  onEvent: (event: StreamEvent) => void
  onState?: (state: StreamState) => void
  /** The line was lost before the first numbered event, or the server no longer knows the position: something may have been missed. */
  onGap?: () => void
  /** After this event the stream is over and is not opened again. */
  endsWith?: string
  signal: AbortSignal
}

const SILENCE_MS = 60_000
const HIDDEN_GRACE_MS = 20_000

/** Follows a stream until the signal, its end event, or a refusal that will not change (401, 403, 404). */
export async function follow({ url, onEvent, onState, onGap, endsWith, signal }: Listening): Promise<void> {
  let last: string | null = null
  let failures = 0
  let wasOpen = false
  while (!signal.aborted) {
    await untilVisible(signal)
    if (signal.aborted) return
    const line = new AbortController()
    const give_up = () => line.abort()
    signal.addEventListener('abort', give_up)
    const stopHiding = onHiddenFor(HIDDEN_GRACE_MS, give_up)
    const parser = new EventParser()
    try {
      onState?.('connecting')
      const headers: Record<string, string> = { Accept: 'text/event-stream' }
      if (last !== null) headers['Last-Event-ID'] = last
      const response = await fetch(url, { headers, signal: line.signal, cache: 'no-store' })
      if ([401, 403, 404, 204].includes(response.status)) return
      if (response.status === 400) last = null
      if (!response.ok || !response.body) throw new Error(String(response.status))
      onState?.('open')
      failures = 0
      if (wasOpen && last === null) onGap?.()
      wasOpen = true
      for await (const event of eventsOf(response.body, parser, give_up)) {
        if (event.id !== null) last = event.id
        onEvent(event)
        if (event.name === endsWith) {
          onState?.('ended')
          return
        }
      }
    } catch {
      failures += 1
    } finally {
      line.abort()
      stopHiding()
      signal.removeEventListener('abort', give_up)
    }
    if (signal.aborted) return
    onState?.('waiting')
    // Spread the returns, or every page would come back in the same instant after a restart.
    const wait = parser.retry ?? Math.min(15_000, 500 * 2 ** failures)
    await pause(wait * (0.5 + Math.random() / 2), signal)
  }
}

async function* eventsOf(body: ReadableStream<Uint8Array>, parser: EventParser, giveUp: () => void) {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let silence = setTimeout(giveUp, SILENCE_MS)
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      clearTimeout(silence)
      silence = setTimeout(giveUp, SILENCE_MS)
      yield* parser.push(value)
    }
  } finally {
    clearTimeout(silence)
    reader.releaseLock()
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })

// A browser allows six connections to a host: pages nobody looks at give theirs back. One that was left for another
// address is kept asleep with its line open, for the way back; asleep it could never close it, so it does so at once.
function onHiddenFor(ms: number, then: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = () => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(then, ms)
  }
  look()
  document.addEventListener('visibilitychange', look)
  window.addEventListener('pagehide', then)
  return () => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', look)
    window.removeEventListener('pagehide', then)
  }
}

const untilVisible = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (!document.hidden || signal.aborted) return resolve()
    const look = () => {
      if (document.hidden && !signal.aborted) return
      document.removeEventListener('visibilitychange', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    signal.addEventListener('abort', look, { once: true })
  })

/** Follows a stream while the component lives; null follows nothing. The newest handler is always the one called. */
export function useEventStream(
  url: string | null,
  onEvent: (event: StreamEvent) => void,
  options: { endsWith?: string } = {},
): StreamState {
  const [state, setState] = useState<StreamState>('connecting')
  const handler = useRef(onEvent)
  useEffect(() => {
    handler.current = onEvent
  })
  const { endsWith } = options
  useEffect(() => {
    if (url === null) return
    const stop = new AbortController()
    void follow({ url, endsWith, onState: setState, onEvent: (event) => handler.current(event), signal: stop.signal })
    return () => stop.abort()
  }, [url, endsWith])
  return state
}
