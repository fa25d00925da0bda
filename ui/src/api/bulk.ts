// The same thing done to many tasks: asking, looking ahead, following it, trying again, taking it back.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { API, api, ask } from '@/api/http'
import type { Bulk, BulkAsked, BulkItem, DryRun } from '@/api/types'

const ASK_AGAIN_MS = 1000

export const isUnderWay = (bulk: { state: Bulk['state'] }): boolean => bulk.state === 'queued' || bulk.state === 'running'

export const bulksQuery = infiniteQueryOptions({
  queryKey: ['bulk', 'list'],
  queryFn: ({ pageParam }) => ask(api.GET('/bulk', { params: { query: { limit: 30, ...(pageParam ? { cursor: pageParam } : {}) } } })),
  initialPageParam: '',
  getNextPageParam: (last) => last.next,
  refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(isUnderWay)) ? ASK_AGAIN_MS : false),
})

/** One, asked for again every second while it goes on: its progress is not a fact of the workspace. */
export const bulkQuery = (id: string) =>
  queryOptions({
    queryKey: ['bulk', 'one', id],
    queryFn: () => ask(api.GET('/bulk/{bulk_id}', { params: { path: { bulk_id: id } } })),
    refetchInterval: (query) => (query.state.data && isUnderWay(query.state.data) ? ASK_AGAIN_MS : false),
  })

export type BulkOutcome = NonNullable<BulkItem['outcome']>

/** What became of each task, in the order they were come to; of one outcome when it is named. */
export const bulkItemsQuery = (id: string, outcome: BulkOutcome | undefined) =>
  infiniteQueryOptions({
    queryKey: ['bulk', 'items', id, outcome],
    queryFn: ({ pageParam }) =>
      ask(api.GET('/bulk/{bulk_id}/items', { params: { path: { bulk_id: id }, query: { limit: 50, ...(outcome && { outcome }), ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  })

/** What would become of the tasks, were it done now. */
export const dryRunQuery = (body: Omit<BulkAsked, 'dry_run'>) =>
  queryOptions({
    queryKey: ['bulk', 'dry run', body],
    queryFn: async () => (await ask(api.POST('/bulk', { body: { ...body, dry_run: true } }))) as DryRun,
    // What it tells is true for a moment only.
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })

export function useBulk() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (body: Omit<BulkAsked, 'dry_run'>) => (await ask(api.POST('/bulk', { body: { ...body, dry_run: false } }))) as Bulk,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['bulk', 'list'] }),
  })
}

const MOVES = {
  cancel: (id: string) => ask(api.POST('/bulk/{bulk_id}/cancel', { params: { path: { bulk_id: id } } })),
  retry: (id: string) => ask(api.POST('/bulk/{bulk_id}/retry', { params: { path: { bulk_id: id } } })),
  undo: (id: string) => ask(api.POST('/bulk/{bulk_id}/undo', { params: { path: { bulk_id: id } } })),
}

/** Answers the operation that goes on: of an undo, the one that takes the other back. */
export function useMoveBulk() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ id, move }: { id: string; move: keyof typeof MOVES }) => MOVES[move](id),
    onSettled: () => queries.invalidateQueries({ queryKey: ['bulk'] }),
  })
}

/** What became of each task, as a file; of one outcome when it is named. */
export const bulkCsvHref = (id: string, outcome?: string): string => `${API}/bulk/${id}/items?format=csv${outcome ? `&outcome=${outcome}` : ''}`
