// Files as pages show them: where a picture is fetched, and what is known of a file.
import { queryOptions } from '@tanstack/react-query'
import { API, api, ask } from '@/api/http'
import type { File, Id } from '@/api/types'

/** The re-encoded picture for display, whether its description is at hand or not. */
export const viewUrl = (id: Id, file?: File): string => file?.view_url ?? `${API}/files/${id}/view`

export const thumbnailUrl = (id: Id): string => `${API}/files/${id}/thumbnail`

export const fileQuery = (id: Id) =>
  queryOptions({
    queryKey: ['files', id],
    queryFn: () => ask(api.GET('/files/{file_id}/meta', { params: { path: { file_id: id } } })),
    staleTime: Infinity,
  })

const isId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const looksLikeFile = (value: unknown): value is Id => typeof value === 'string' && isId.test(value)
