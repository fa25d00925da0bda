// The Studio's calls: projects made and changed, a flow checked, saved and published.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask, askWithTag } from '@/api/http'
import type { Project } from '@/api/types'
import { asProblem } from '@/lib/problem'

type ProjectChange = Partial<Pick<Project, 'name' | 'description' | 'instructions' | 'state' | 'shared_with_clients'>>

const at = (project_id: string) => ({ path: { project_id } })

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
    queryFn: () => ask(api.GET('/projects/{project_id}/versions', { params: { ...at(id), query: { limit: 200 } } })),
  })

/** How many tasks a project has, to be named before it is deleted. */
export const taskCountQuery = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'count', id],
    queryFn: async () => {
      const { total, total_is_exact } = await ask(api.GET('/tasks', { params: { query: { project: [id], limit: 1 } } }))
      return { total, total_is_exact }
    },
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

export function useChangeProject(id: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: ProjectChange) => ask(api.PATCH('/projects/{project_id}', { params: at(id), body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['projects'], predicate: isNoDraft }),
  })
}

/** Saves under the tag that was read, and answers with what stands now. Null overwrites whatever stands there. */
export function useSaveDraft(id: string) {
  const queries = useQueryClient()
  const present = () => queries.fetchQuery({ ...draftQuery(id), staleTime: 0 })
  return useMutation({
    mutationFn: async ({ source, etag }: { source: string; etag: string | null }) => {
      const tag = etag ?? (await present()).etag
      const header: Record<string, string> = tag ? { 'If-Match': tag } : {}
      await ask(api.PUT('/projects/{project_id}/draft', { params: { ...at(id), header }, body: { source } }))
      return present()
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['projects'], predicate: isNoDraft }),
  })
}

export function usePublish(id: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => ask(api.POST('/projects/{project_id}/publish', { params: at(id) })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['projects'], predicate: isNoDraft }),
  })
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
