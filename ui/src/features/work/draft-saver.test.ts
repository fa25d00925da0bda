// Drafts on their way to the server: late enough, one at a time, never over somebody else's version.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { DraftSaver, type Saving } from '@/features/work/draft-saver'
import { Problem } from '@/lib/problem'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function aSaver(save: (answer: object, revision: number) => Promise<{ draft_revision: number }>) {
  const heard: Saving[] = []
  const kept: unknown[] = []
  const onEnded = vi.fn()
  const saver = new DraftSaver({ save, keep: (answer) => kept.push(answer), onSaving: (saving) => heard.push(saving), onEnded, now: () => 7 }, 3)
  return { saver, heard, kept, onEnded, last: () => heard.at(-1) }
}

it('keeps every change at once and saves the last a second later', async () => {
  const save = vi.fn(async (_: object, revision: number) => ({ draft_revision: revision + 1 }))
  const { saver, kept, last } = aSaver(save)
  saver.change({ n: 1 })
  await vi.advanceTimersByTimeAsync(600)
  saver.change({ n: 2 })
  expect(kept).toEqual([{ n: 1 }, { n: 2 }])
  await vi.advanceTimersByTimeAsync(999)
  expect(save).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(save.mock.calls).toEqual([[{ n: 2 }, 3]])
  expect(last()).toEqual({ kind: 'saved', at: 7 })
})

it('sends one at a time, each from the revision of the one before', async () => {
  const waiting: ((saved: { draft_revision: number }) => void)[] = []
  const save = vi.fn<(answer: object, revision: number) => Promise<{ draft_revision: number }>>(() => new Promise((resolve) => waiting.push(resolve)))
  const { saver } = aSaver(save)
  saver.change({ n: 1 })
  await vi.advanceTimersByTimeAsync(1000)
  saver.change({ n: 2 })
  await vi.advanceTimersByTimeAsync(5000)
  expect(save).toHaveBeenCalledTimes(1)
  waiting[0]?.({ draft_revision: 4 })
  await vi.advanceTimersByTimeAsync(1000)
  expect(save.mock.calls[1]).toEqual([{ n: 2 }, 4])
})

it('asks which version stands when the server has another', async () => {
  const stale = new Problem({ status: 409, code: 'stale_draft', theirs: { n: 9 }, revision: 8 })
  const save = vi.fn<(answer: object, revision: number) => Promise<{ draft_revision: number }>>().mockRejectedValueOnce(stale).mockResolvedValue({ draft_revision: 9 })
  const { saver, last } = aSaver(save)
  saver.change({ n: 1 })
  await vi.advanceTimersByTimeAsync(1000)
  expect(last()).toEqual({ kind: 'conflict', conflict: { yours: { n: 1 }, theirs: { n: 9 }, revision: 8 } })
  saver.change({ n: 2 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(save).toHaveBeenCalledTimes(1)
  saver.settle({ n: 2 }, 8, false)
  await vi.advanceTimersByTimeAsync(0)
  expect(save.mock.calls[1]).toEqual([{ n: 2 }, 8])
})

it('does not ask when both versions say the same', async () => {
  const stale = new Problem({ status: 409, code: 'stale_draft', theirs: { n: 1 }, revision: 8 })
  const { saver, last } = aSaver(vi.fn().mockRejectedValue(stale))
  saver.change({ n: 1 })
  await vi.advanceTimersByTimeAsync(1000)
  expect(last()).toEqual({ kind: 'saved', at: 7 })
})

it('tries again with more patience while the server is not reached', async () => {
  const gone = new Problem({ status: 0, code: 'unreachable', detail: 'No line.' })
  const save = vi.fn<(answer: object, revision: number) => Promise<{ draft_revision: number }>>().mockRejectedValueOnce(gone).mockRejectedValueOnce(gone).mockResolvedValue({ draft_revision: 4 })
  const { saver, heard, last } = aSaver(save)
  saver.change({ n: 1 })
  await vi.advanceTimersByTimeAsync(1000)
  expect(last()).toEqual({ kind: 'kept', says: 'No line.' })
  await vi.advanceTimersByTimeAsync(2000)
  await vi.advanceTimersByTimeAsync(5000)
  expect(last()).toEqual({ kind: 'saved', at: 7 })
  expect(heard.filter((saving) => saving.kind === 'kept')).toHaveLength(2)
})

it('saves what waited, and what was typed, when a stop came to nothing', async () => {
  const save = vi.fn(async (_: object, revision: number) => ({ draft_revision: revision + 1 }))
  const { saver, last } = aSaver(save)
  saver.change({ n: 1 })
  saver.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(save).not.toHaveBeenCalled()
  saver.start()
  expect(last()).toEqual({ kind: 'unsaved' })
  await vi.advanceTimersByTimeAsync(1000)
  expect(save.mock.calls).toEqual([[{ n: 1 }, 3]])
  expect(last()).toEqual({ kind: 'saved', at: 7 })

  saver.stop()
  saver.change({ n: 2 })
  saver.start()
  await vi.advanceTimersByTimeAsync(1000)
  expect(save.mock.calls[1]).toEqual([{ n: 2 }, 4])
})

it('has nothing to save when a stop came to nothing and all was saved', async () => {
  const { saver, heard } = aSaver(vi.fn(async (_: object, revision: number) => ({ draft_revision: revision + 1 })))
  saver.stop()
  saver.start()
  expect(heard).toEqual([])
})

it('stops and says so when the hold has ended', async () => {
  const { saver, onEnded } = aSaver(vi.fn().mockRejectedValue(new Problem({ status: 409, code: 'illegal_move', detail: 'It was released.' })))
  saver.change({ n: 1 })
  await vi.advanceTimersByTimeAsync(1000)
  expect(onEnded).toHaveBeenCalledOnce()
})
