// Saves an answer as it grows: at once in this browser, a second later on the server, one request at a time, never over somebody else's version.
import type { Json } from '@/api/types'
import { isSame } from '@/lib/at-path'
import { asProblem } from '@/lib/problem'

export interface Conflict {
  yours: Json
  theirs: Json
  revision: number
}

export type Saving =
  | { kind: 'clean' }
  | { kind: 'unsaved' }
  | { kind: 'saving' }
  | { kind: 'saved'; at: number }
  /** The server was not reached, or refused; the browser's copy stands. */
  | { kind: 'kept'; says: string }
  | { kind: 'conflict'; conflict: Conflict }

interface Ways {
  save: (answer: Json, revision: number) => Promise<{ draft_revision: number }>
  /** Called with every change, at once. */
  keep: (answer: Json, base: number) => void
  onSaving: (saving: Saving) => void
  /** The server no longer takes drafts for this hold: it has ended. */
  onEnded: () => void
  now?: () => number
}

const DELAY_MS = 1_000
const RETRY_MS = [2_000, 5_000, 15_000, 30_000]

export class DraftSaver {
  private timer: ReturnType<typeof setTimeout> | undefined
  private waiting: Json | null = null
  private isBusy = false
  private isStopped = false
  private failures = 0

  constructor(
    private readonly ways: Ways,
    private revision: number,
  ) {}

  change(answer: Json): void {
    this.ways.keep(answer, this.revision)
    this.waiting = answer
    if (this.isStopped) return
    this.ways.onSaving({ kind: 'unsaved' })
    this.later(DELAY_MS)
  }

  /** Saves now what waits, as when the page is left. */
  flush(): void {
    if (this.waiting === null || this.isStopped) return
    clearTimeout(this.timer)
    void this.send()
  }

  /** The conflict is decided: this answer stands, over that revision. */
  settle(answer: Json, revision: number, isTheirs: boolean): void {
    this.revision = revision
    this.isStopped = false
    this.ways.keep(answer, revision)
    if (isTheirs) {
      this.waiting = null
      this.ways.onSaving({ kind: 'saved', at: (this.ways.now ?? Date.now)() })
    } else {
      this.change(answer)
      this.flush()
    }
  }

  /** What waits is not sent, and not forgotten. */
  stop(): void {
    this.isStopped = true
    clearTimeout(this.timer)
  }

  /** After a stop that came to nothing, as a refused submit: what waited is saved after all. */
  start(): void {
    this.isStopped = false
    if (this.waiting === null) return
    this.ways.onSaving({ kind: 'unsaved' })
    this.later(DELAY_MS)
  }

  private later(ms: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.send(), ms)
  }

  private async send(): Promise<void> {
    if (this.isBusy || this.waiting === null || this.isStopped) return
    const answer = this.waiting
    this.waiting = null
    this.isBusy = true
    this.ways.onSaving({ kind: 'saving' })
    try {
      const saved = await this.ways.save(answer, this.revision)
      this.revision = saved.draft_revision
      this.failures = 0
      this.ways.keep(this.waiting ?? answer, this.revision)
      this.ways.onSaving(this.waiting ? { kind: 'unsaved' } : { kind: 'saved', at: (this.ways.now ?? Date.now)() })
    } catch (thrown) {
      this.refused(thrown, answer)
    } finally {
      this.isBusy = false
      if (this.waiting !== null && !this.isStopped) this.later(this.failures > 0 ? (RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1] ?? DELAY_MS) : DELAY_MS)
    }
  }

  private refused(thrown: unknown, answer: Json): void {
    const problem = asProblem(thrown)
    const yours = this.waiting ?? answer
    if (problem.code === 'stale_draft') {
      const { theirs, revision } = problem.data as { theirs?: Json; revision?: number }
      this.stop()
      // The very same answer from another tab is nothing to ask about.
      if (theirs && isSame(theirs, yours)) return this.settle(yours, revision ?? this.revision, true)
      return this.ways.onSaving({ kind: 'conflict', conflict: { yours, theirs: theirs ?? {}, revision: revision ?? this.revision } })
    }
    if (problem.mayRetry) {
      this.waiting = yours
      this.failures += 1
      return this.ways.onSaving({ kind: 'kept', says: problem.message })
    }
    this.stop()
    this.ways.onSaving({ kind: 'kept', says: problem.message })
    if ([403, 404, 409].includes(problem.status)) this.ways.onEnded()
  }
}
