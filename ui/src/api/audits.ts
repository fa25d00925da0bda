// Verdicts on completed tasks: giving one, what a fix begins with, and which task of a list waits for the next.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { useRefreshTask } from '@/api/answers'
import type { TaskQuery } from '@/api/contract'
import { api, ask } from '@/api/http'
import type { components } from '@/api/schema.gen'
import { taskPage } from '@/api/tasks'
import type { File, Id } from '@/api/types'
import { exactly } from '@/lib/exact-json'
import { behindInList } from '@/lib/last-list'

type Said = components['schemas']
export type VerdictWord = Said['Verdict']
/** A step to fix as whoever answered it had it; `prefill` is the answer that counts. */
export type Fixing = Omit<Said['FixSaid'], 'files'> & { files: Record<Id, File> }

/** Not kept: between two looks somebody may have fixed it. */
export const fixQuery = (taskId: Id, step: string | undefined) =>
  queryOptions({
    queryKey: ['fix', taskId, step ?? null],
    queryFn: async () => exactly<Fixing>(await ask(api.GET('/tasks/{task_id}/fix', { params: { path: { task_id: taskId }, query: step ? { step } : {} }, parseAs: 'text' }))),
    gcTime: 0,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  })

interface Given {
  verdict: VerdictWord
  reasons?: string[]
  step?: string
  redo_from?: string
  /** JSON already, digit by digit. */
  answer?: string
  again?: boolean
}

export function useAudit(taskId: Id) {
  const refresh = useRefreshTask(taskId)
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ answer, reasons = [], again = false, ...given }: Given) =>
      ask(
        api.POST('/tasks/{task_id}/audits', {
          params: { path: { task_id: taskId } },
          body: { ...given, reasons, again },
          bodySerializer: (body) => (answer === undefined ? JSON.stringify(body) : `${JSON.stringify(body).slice(0, -1)},"answer":${answer}}`),
        }),
      ),
    // Whoever goes back to a list of what is ready wants it without this one.
    onSuccess: () => queries.removeQueries({ queryKey: ['tasks', 'list'], type: 'inactive' }),
    // A refusal, too, tells of something that this page does not show yet.
    onSettled: refresh,
  })
}

/** The next task of a list that waits for a verdict: of those behind this one as they were listed, else the first. */
export async function nextReady(filter: TaskQuery, but: Id): Promise<Id | null> {
  const behind = behindInList(but)
  if (behind.length > 0) {
    const found = await taskPage({ ...filter, ids: behind, audit: ['ready'], limit: behind.length })
    const ready = new Set(found.items.map((task) => task.id))
    const next = behind.find((id) => ready.has(id))
    if (next) return next
  }
  const found = await taskPage({ ...filter, audit: ['ready'], limit: 2 })
  return found.items.find((task) => task.id !== but)?.id ?? null
}

export const nextReadyQuery = (filter: TaskQuery, but: Id) => queryOptions({ queryKey: ['tasks', 'next-ready', filter, but], queryFn: () => nextReady(filter, but) })
