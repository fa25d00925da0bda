// The Studio's calls: projects made and changed, a flow checked, saved and published.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask, askWithTag } from '@/api/http'
import { whole } from '@/api/pages'
import type { Project } from '@/api/types'
import { asProblem } from '@/lib/problem'

export type ProjectChange = Partial<Pick<Project, 'name' | 'description' | 'instructions' | 'state' | 'shared_with_clients' | 'archive_after_days' | 'ageing_hours'>>

const at = (project_id: string) => ({ path: { project_id } })

/** A change under the tag that was read is refused when somebody was faster. */
const under = (etag: string | null): Record<string, string> => (etag ? { 'If-Match': etag } : {})

/** The draft with the tag that a save has to name. */
export const draftQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id, 'draft'],
    queryFn: () => askWithTag(api.GET('/projects/{project_id}/draft', { params: at(id) })),
    // What is being edited is not exchanged under the hands.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  })

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id, 'versions'],
    queryFn: () => whole((query) => ask(api.GET('/projects/{project_id}/versions', { params: { ...at(id), query } }))),
  })

export const checkFlow = async (id: string, source: string, signal?: AbortSignal) =>
  (await ask(api.POST('/projects/{project_id}/draft/check', { params: at(id), body: { source }, signal }))).problems

export function useMakeProject() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: { name: string; description?: string; instructions?: string; flow?: string }) => ask(api.POST('/projects', { body: { description: '', instructions: '', ...body } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['projects'] }),
  })
}

/** Changes what is named under the tag that was read; without one, whatever stands there. */
export function useChangeProject(id: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ change, etag }: { change: ProjectChange; etag: string | null }) =>
      askWithTag(api.PATCH('/projects/{project_id}', { params: { ...at(id), header: under(etag) }, body: change })),
    // Refused, it is asked again as well: what somebody else wrote stands beside one's own.
    onSettled: () => queries.invalidateQueries({ queryKey: ['projects'], predicate: isNoDraft }),
  })
}

/** Saves under the tag that was read, and answers with what stands now. */
export function useSaveDraft(id: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ source, etag }: { source: string; etag: string | null }) =>
      askWithTag(api.PUT('/projects/{project_id}/draft', { params: { ...at(id), header: under(etag) }, body: { source } })),
    onSuccess: (now) => {
      // Not asked for again: what somebody saved meanwhile would come under a tag that belongs to this text.
      queries.setQueryData(draftQuery(id).queryKey, now)
      return queries.invalidateQueries({ queryKey: ['projects'], predicate: isNoDraft })
    },
  })
}

/** Publishes the draft that was read under this tag, and no other. */
export function usePublish(id: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (etag: string | null) => ask(api.POST('/projects/{project_id}/publish', { params: { ...at(id), header: under(etag) } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['projects'], predicate: isNoDraft }),
  })
}

/** Reads a project, its draft and its versions anew; what is being edited is otherwise not exchanged. */
export function useLookAgain(id: string) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: () => queries.refetchQueries({ queryKey: ['projects', id], type: 'active' }, { throwOnError: true }) })
}

export function useDeleteProject(id: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => ask(api.DELETE('/projects/{project_id}', { params: at(id) })),
    onSuccess: async () => {
      queries.removeQueries({ queryKey: ['projects', id] })
      await queries.invalidateQueries({ queryKey: ['projects'], exact: true })
    },
  })
}

const isNoDraft = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[2] !== 'draft'

export const isStale = (thrown: unknown): boolean => asProblem(thrown).status === 412
