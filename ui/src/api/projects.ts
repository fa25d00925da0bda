// Projects as lists and pickers need them; the Studio adds its own calls beside.
import { queryOptions } from '@tanstack/react-query'
import { api, ask, askWithTag } from '@/api/http'
import { whole } from '@/api/pages'
import type { Project } from '@/api/types'

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: () => whole((query) => ask(api.GET('/projects', { params: { query } }))),
  staleTime: 30_000,
})

/** A project with the tag that a change has to name. */
export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id],
    queryFn: () => askWithTag(api.GET('/projects/{project_id}', { params: { path: { project_id: id } } })),
  })

export const projectSchemaQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id, 'schema'],
    queryFn: () => ask(api.GET('/projects/{project_id}/schema', { params: { path: { project_id: id } } })),
  })

export const isArchived = (project: Project): boolean => project.state === 'archived'

/** What is at work stands above what was put away. */
export const archivedLast = (projects: Project[]): Project[] => [...projects.filter((one) => !isArchived(one)), ...projects.filter(isArchived)]
