// One pass of a task through its flow: followed live, cancelled, done again.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { API, api, ask } from '@/api/http'
import type { Run, RunSettings } from '@/api/types'
import { type StreamState, useEventStream } from '@/lib/events'

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', id],
    queryFn: () => ask(api.GET('/runs/{run_id}', { params: { path: { run_id: id } } })),
  })

const ENDED = new Set(['completed', 'failed', 'cancelled'])

/** True while something can still happen to it. */
export const isOpen = (run: { state: string }): boolean => !ENDED.has(run.state)

interface LiveRun {
  line: StreamState
  /** What happened last, as a sentence; null before anything was heard. */
  says: string | null
}

/** Keeps the cached run true while it goes on; null follows nothing. The task is asked again at the end. */
export function useRunLive(run: { id: string; task_id: string } | null): LiveRun {
  const queries = useQueryClient()
  const [heard, setHeard] = useState<{ id: string; says: string } | null>(null)
  const line = useEventStream(
    run && `${API}/runs/${run.id}/events`,
    (event) => {
      if (!run) return
      const { run: now, fact } = (event.data ?? {}) as { run?: Run; fact?: { says?: string } }
      if (now?.id === run.id) queries.setQueryData(runQuery(run.id).queryKey, now)
      if (fact?.says) setHeard({ id: run.id, says: fact.says })
      if (event.name !== 'end') return
      void queries.invalidateQueries({ queryKey: ['runs', run.id] })
      void queries.invalidateQueries({ queryKey: ['tasks', 'one', run.task_id] })
      void queries.invalidateQueries({ queryKey: ['tasks', 'playground'] })
    },
    { endsWith: 'end' },
  )
  return { line, says: heard && heard.id === run?.id ? heard.says : null }
}

function useRunChange<Body>(change: (body: Body) => Promise<unknown>, taskId: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['runs'] }),
        queries.invalidateQueries({ queryKey: ['tasks', 'one', taskId] }),
        queries.invalidateQueries({ queryKey: ['tasks', 'playground'] }),
      ]),
  })
}

export const useCancelRun = (taskId: string) =>
  useRunChange((id: string) => ask(api.POST('/runs/{run_id}/cancel', { params: { path: { run_id: id } } })), taskId)

/** The same task once more, with other settings; null means those of the last run, where none would mean the flow's own. */
export const useRerun = (taskId: string) =>
  useRunChange(
    (settings: RunSettings | null) => ask(api.POST('/tasks/{task_id}/runs', { params: { path: { task_id: taskId } }, body: { settings } })),
    taskId,
  )
