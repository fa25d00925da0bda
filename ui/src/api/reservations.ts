// Who has what in hand, for leads: the members, what each holds, and taking it back.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '@/api/http'
import type { ReleaseMany } from '@/api/types'

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
