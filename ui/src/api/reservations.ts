// Who has what in hand, for leads: the members, what each holds, and taking it back.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '@/api/http'
import type { ReleaseKept, ReleaseMany } from '@/api/types'

const LEASES_CHANGE_MS = 30_000

export const holdersQuery = queryOptions({
  queryKey: ['reservations', 'holders'],
  queryFn: () => ask(api.GET('/reservations/holders')),
  // No fact tells of a hold that was renewed.
  refetchInterval: LEASES_CHANGE_MS,
})

export const heldByQuery = (member: string) =>
  infiniteQueryOptions({
    queryKey: ['reservations', 'held', member],
    queryFn: ({ pageParam }) => ask(api.GET('/reservations', { params: { query: { member, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  })

export function useReleaseMany() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: ReleaseMany) => ask(api.POST('/reservations/release', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['reservations'] }),
  })
}

export const keptQuery = (member: string) =>
  infiniteQueryOptions({
    queryKey: ['reservations', 'kept', member],
    queryFn: ({ pageParam }) => ask(api.GET('/kept', { params: { query: { member, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  })

/** Lets anybody have what was kept for somebody. */
export function useReleaseKept() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: ReleaseKept) => ask(api.POST('/kept/release', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['reservations'] }),
  })
}

interface HandOut {
  /** What is to change: of the whole task, or from a step on; null clears it there. */
  priorities: { priority: number | null; from_step?: string }[]
  /** Left out when it stays as it is; null is nobody. */
  member?: string | null
}

/** When a task comes, and to whom: one change after the other, so that each refusal is told for itself. */
export function useChangeHandOut(taskId: string) {
  const queries = useQueryClient()
  const at = { params: { path: { task_id: taskId } } }
  return useMutation({
    mutationFn: async ({ priorities, member }: HandOut) => {
      for (const body of priorities) await ask(api.PATCH('/tasks/{task_id}', { ...at, body }))
      if (member !== undefined) await ask(api.POST('/tasks/{task_id}/reserve', { ...at, body: { member } }))
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['tasks'] }),
  })
}
