// Who is reading: sign-in, the first owner, invitations, members and keys.
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { api, ask, setCsrf } from '@/api/http'
import { whole } from '@/api/pages'
import type { Me, Role } from '@/api/types'

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    const me = await ask(api.GET('/me'))
    setCsrf(me.csrf)
    return me
  },
  staleTime: 5 * 60_000,
  retry: false,
})

/** The signed-in member. Only below the shell, whose route has fetched it. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data

/** What the member may do, by the names the server uses. */
export function useMay(permission: string): boolean {
  return useMe().permissions.includes(permission)
}

function useEntering<Body>(enter: (body: Body) => Promise<Me>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: enter,
    onSuccess: (me) => {
      // Nothing that the member before saw may be shown to this one.
      queries.clear()
      setCsrf(me.csrf)
      queries.setQueryData(meQuery.queryKey, me)
    },
  })
}

export const useSignIn = () =>
  useEntering((body: { email: string; password: string }) => ask(api.POST('/auth/sign-in', { body })))

export const useFirstStart = () =>
  useEntering((body: { token: string; email: string; name: string; password: string; workspace: string }) =>
    ask(api.POST('/setup', { body })),
  )

export const useAcceptInvitation = () =>
  useEntering((body: { token: string; name: string; password: string }) => ask(api.POST('/invitations/accept', { body })))

export const useSwitchWorkspace = () => useEntering((workspace: string) => ask(api.POST('/auth/switch', { body: { workspace } })))

export function useSignOut() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => ask(api.POST('/auth/sign-out')),
    onSuccess: () => {
      setCsrf(null)
      queries.clear()
    },
  })
}

export const setupQuery = queryOptions({ queryKey: ['setup'], queryFn: () => ask(api.GET('/setup')), staleTime: 60_000 })

export const invitationLookUp = (token: string) =>
  queryOptions({
    queryKey: ['invitation', token],
    queryFn: () => ask(api.GET('/invitations/look-up', { params: { query: { token } } })),
    retry: false,
  })

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: () => whole((query) => ask(api.GET('/members', { params: { query } }))),
})

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: () => whole((query) => ask(api.GET('/invitations', { params: { query } }))),
})

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: () => whole((query) => ask(api.GET('/keys', { params: { query } }))),
})

function useChanging<Body, Answer>(change: (body: Body) => Promise<Answer>, list: readonly unknown[]) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: change, onSuccess: () => queries.invalidateQueries({ queryKey: list }) })
}

export const useChangeMember = () =>
  useChanging(
    ({ id, ...body }: { id: string; role?: Role; state?: 'active' | 'removed' }) =>
      ask(api.PATCH('/members/{member_id}', { params: { path: { member_id: id } }, body })),
    membersQuery.queryKey,
  )

export const useInvite = () =>
  useChanging((body: { email: string; role: Role }) => ask(api.POST('/invitations', { body })), invitationsQuery.queryKey)

export const useRevokeInvitation = () =>
  useChanging(
    (id: string) => ask(api.DELETE('/invitations/{invitation_id}', { params: { path: { invitation_id: id } } })),
    invitationsQuery.queryKey,
  )

export const useMakeKey = () =>
  useChanging(
    (body: { name: string; role: Role; scopes?: string[]; expires_at?: string | null }) => ask(api.POST('/keys', { body })),
    keysQuery.queryKey,
  )

export const useRevokeKey = () =>
  useChanging((id: string) => ask(api.DELETE('/keys/{key_id}', { params: { path: { key_id: id } } })), keysQuery.queryKey)
