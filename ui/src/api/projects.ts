// Projects as lists and pickers need them; the Studio adds its own calls beside.
import { queryOptions } from '@tanstack/react-query'
import { api, ask } from '@/api/http'

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: () => ask(api.GET('/projects', { params: { query: { limit: 200 } } })),
  staleTime: 30_000,
})

export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id],
    queryFn: () => ask(api.GET('/projects/{project_id}', { params: { path: { project_id: id } } })),
  })

export const projectSchemaQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id, 'schema'],
    queryFn: () => ask(api.GET('/projects/{project_id}/schema', { params: { path: { project_id: id } } })),
  })
