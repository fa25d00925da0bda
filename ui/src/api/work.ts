// The hand-out: taking the next task, holding it, saving drafts, and the ways a hold ends.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '@/api/http'
import type { Hold, Json, Reservation, WorkHome } from '@/api/types'
import { exactly } from '@/lib/exact-json'

/** Where the next task comes from; nothing means any queue. */
export interface Queue {
  project?: string
  step?: string
}

export const workQuery = queryOptions({
  queryKey: ['work'],
  queryFn: () => ask(api.GET('/work')),
  staleTime: 5_000,
})

/** What I would be handed next, or, for leads, what a member would. */
export const upcomingQuery = (member?: string) =>
  queryOptions({
    queryKey: ['work', 'next', member ?? 'me'],
    queryFn: () => ask(api.GET('/work/next', { params: { query: { limit: 20, ...(member ? { member } : {}) } } })),
    staleTime: 5_000,
  })

/** Facts tell people of their own tasks only: whoever waits for new work asks for it, while the page is seen. */
export const WAITING_MS = 5_000

/** How much is free in all of these; where one queue stopped counting, the sum is a floor. */
export function freeIn(queues: WorkHome['queues']): { n: number; isExact: boolean } {
  return { n: queues.reduce((sum, queue) => sum + queue.free, 0), isExact: queues.every((queue) => queue.free_is_exact) }
}

export const holdQuery = (id: string) =>
  queryOptions({
    queryKey: ['holds', id],
    queryFn: async () => exactly<Hold>(await ask(api.GET('/reservations/{reservation_id}', { params: { path: { reservation_id: id } }, parseAs: 'text' }))),
    // What is being worked on is not fetched anew behind one's back; facts and refusals ask for it.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  })

/** The next task of a queue, reserved for us; null when there is none. */
export function useTakeNext() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (queue: Queue): Promise<Hold | null> => {
      const text = await ask(api.POST('/next', { body: { ...queue, explain: false }, parseAs: 'text' }))
      return text ? exactly<Hold>(text) : null
    },
    onSuccess: (hold) => {
      if (hold) queries.setQueryData(holdQuery(hold.reservation.id).queryKey, hold)
      void queries.invalidateQueries({ queryKey: workQuery.queryKey })
    },
  })
}

interface Held {
  id: string
  token: number
}

const at = (id: string) => ({ params: { path: { reservation_id: id } } })

export const saveDraft = ({ id, token }: Held, answer: Json, revision: number) =>
  ask(api.PUT('/reservations/{reservation_id}/draft', { ...at(id), body: { token, answer, revision } }))

export const renew = ({ id, token }: Held): Promise<Partial<Reservation>> => ask(api.POST('/reservations/{reservation_id}/renew', { ...at(id), body: { token } }))

/** One key for one answer: sending it again after a broken line has one effect. `answer` is JSON already, digit by digit. */
export function useSubmit() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ held, answer, key }: { held: Held; answer: string; key: string }) =>
      ask(
        api.POST('/reservations/{reservation_id}/submit', {
          ...at(held.id),
          body: { token: held.token, answer: {} },
          bodySerializer: ({ token }) => `{"token": ${token}, "answer": ${answer}}`,
          headers: { 'Idempotency-Key': key },
        }),
      ),
    onSuccess: (_, { held }) => {
      queries.setQueryData(workQuery.queryKey, (work: WorkHome | undefined) => work && { ...work, today: { ...work.today, submitted: work.today.submitted + 1 } })
      queries.setQueryData(holdQuery(held.id).queryKey, (hold: Hold | undefined) => hold && { ...hold, reservation: { ...hold.reservation, state: 'submitted' as const } })
      void queries.invalidateQueries({ queryKey: ['tasks'] })
    },
  })
}

function useEnding<Body extends { held: Held }>(end: (body: Body) => Promise<unknown>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: end,
    onSuccess: (_, { held }) => {
      void queries.invalidateQueries({ queryKey: workQuery.queryKey })
      queries.removeQueries({ queryKey: ['holds', held.id], type: 'inactive' })
    },
  })
}

export const useSkip = () =>
  useEnding(({ held, reason }: { held: Held; reason: string }) => ask(api.POST('/reservations/{reservation_id}/skip', { ...at(held.id), body: { token: held.token, reason } })))

export const useRelease = () =>
  useEnding(({ held }: { held: Held }) => ask(api.POST('/reservations/{reservation_id}/release', at(held.id))))
