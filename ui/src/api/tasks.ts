// Tasks: the list by pages, one task, and what may be done to it.
import { type QueryClient, infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { TaskQuery } from '@/api/contract'
import { api, ask } from '@/api/http'
import { pageSize } from '@/lib/page-size'

export const taskPage = (query: TaskQuery, signal?: AbortSignal) => ask(api.GET('/tasks', { params: { query }, signal }))

export const tasksQuery = (filter: TaskQuery, limit: number = pageSize()) =>
  infiniteQueryOptions({
    queryKey: ['tasks', 'list', filter, limit],
    queryFn: ({ pageParam, signal }) =>
      taskPage({ ...filter, limit, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    // Facts keep the loaded rows true; a refetch would move what is being read.
    staleTime: Infinity,
    refetchOnMount: false,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
    gcTime: 10 * 60_000,
  })

export const taskQuery = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'one', id],
    queryFn: () => ask(api.GET('/tasks/{task_id}', { params: { path: { task_id: id } } })),
  })

/** Only how many there are without any filter. */
export const taskCountQuery = queryOptions({
  queryKey: ['tasks', 'count'],
  queryFn: () => taskPage({ limit: 1 }),
  staleTime: 15_000,
})

const FOUND_MOST = 6

/** The few newest tasks that hold these words, or have this id; first what is called exactly so. */
export const tasksFoundQuery = (q: string) =>
  queryOptions({
    queryKey: ['tasks', 'found', q],
    queryFn: async ({ signal }) => {
      const [exact, found] = await Promise.all([taskPage({ external_id: q, limit: FOUND_MOST }, signal), taskPage({ q, limit: FOUND_MOST }, signal)])
      const known = new Set(exact.items.map((task) => task.id))
      return { ...found, items: [...exact.items, ...found.items.filter((task) => !known.has(task.id))] }
    },
    placeholderData: (before) => before,
    staleTime: 10_000,
  })

export function useChangeTask() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string; priority?: number | null; from_step?: string; batch?: string | null }) =>
      ask(api.PATCH('/tasks/{task_id}', { params: { path: { task_id: id } }, body })),
    // The list follows the fact; the page of the task may not be open to hear it.
    onSuccess: (_, { id }) => queries.invalidateQueries({ queryKey: taskQuery(id).queryKey }),
  })
}

/** The batches there are, to choose from; of one project when one is given. */
export const batchesQuery = (q: string, project: string | undefined) =>
  queryOptions({
    queryKey: ['tasks', 'batches', q, project],
    queryFn: () => ask(api.GET('/batches', { params: { query: { ...(q && { q }), ...(project && { project }) } } })),
    placeholderData: (before) => before,
  })

const DELETE = ['tasks', 'delete']

/** Whether this page deletes it: the fact may be told before the answer, and whoever asks again is told of a missing task. */
export const isDeletedHere = (queries: QueryClient, id: string): boolean =>
  queries.getMutationCache().findAll({ mutationKey: DELETE }).some(({ state }) => state.variables === id && state.status !== 'error')

export function useDeleteTask() {
  const queries = useQueryClient()
  return useMutation({
    mutationKey: DELETE,
    mutationFn: (id: string) => ask(api.DELETE('/tasks/{task_id}', { params: { path: { task_id: id } } })),
    onSuccess: (_, id) => {
      // The page that shows it is about to leave.
      void queries.invalidateQueries({ queryKey: ['tasks'], predicate: ({ queryKey }) => queryKey[2] === id, refetchType: 'none' })
      void queries.invalidateQueries({ queryKey: ['tasks'], predicate: ({ queryKey }) => queryKey[2] !== id })
    },
  })
}
