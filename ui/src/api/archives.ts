// Archives: the history, what became of each task, and the verbs: archive, restore, cancel, delete.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { API, api, ask } from '@/api/http'
import type { Archive, ArchiveAsk, ArchiveLook, ArchiveOutcome } from '@/api/types'
import { type Selection, selectionBody } from '@/lib/selection'

export const archivesQuery = infiniteQueryOptions({
  queryKey: ['archives', 'list'],
  queryFn: ({ pageParam }) => ask(api.GET('/archives', { params: { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } } })),
  initialPageParam: '',
  getNextPageParam: (last) => last.next,
})

export const archiveQuery = (id: string) =>
  queryOptions({ queryKey: ['archives', 'one', id], queryFn: () => ask(api.GET('/archives/{archive_id}', { params: { path: { archive_id: id } } })) })

export const archiveItemsQuery = (id: string, outcome: ArchiveOutcome | null) =>
  infiniteQueryOptions({
    queryKey: ['archives', 'items', id, outcome],
    queryFn: ({ pageParam }) =>
      ask(api.GET('/archives/{archive_id}/items', { params: { path: { archive_id: id }, query: { limit: 200, ...(outcome ? { outcome } : {}), ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  })

// Filters are names with values here; the server refuses one it does not know.
const bodyOf = (selection: Selection, name: string | null, dryRun: boolean) => ({ selection: selectionBody(selection), name, dry_run: dryRun }) as ArchiveAsk

/** What would go and what would stay; nothing is done. */
export const archiveLookQuery = (selection: Selection) =>
  queryOptions({
    queryKey: ['archives', 'look', selectionBody(selection)],
    queryFn: async () => (await ask(api.POST('/archives', { body: bodyOf(selection, null, true) }))) as ArchiveLook,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })

export function useArchive() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async ({ selection, name }: { selection: Selection; name: string | null }) =>
      (await ask(api.POST('/archives', { body: bodyOf(selection, name, false) }))) as Archive,
    onSettled: () => queries.invalidateQueries({ queryKey: ['archives'] }),
  })
}

export function useRestoreArchive() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ids }: { id: string; ids: string[] | null }) => ask(api.POST('/archives/{archive_id}/restore', { params: { path: { archive_id: id } }, body: { ids } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['archives'] }),
  })
}

export function useCancelArchive() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => ask(api.POST('/archives/{archive_id}/cancel', { params: { path: { archive_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['archives'] }),
  })
}

export function useDeleteArchive() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => ask(api.DELETE('/archives/{archive_id}', { params: { path: { archive_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['archives'] }),
  })
}

export const archiveFile = (id: string) => `${API}/archives/${id}/download`
