// Uploads: the history, one upload's row errors, sending a file, stopping.
import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { API, api, ask } from '@/api/http'
import { sendForm } from '@/api/sending'
import type { Upload, UploadMode } from '@/api/types'

export const uploadsQuery = infiniteQueryOptions({
  queryKey: ['uploads', 'list'],
  queryFn: ({ pageParam }) => ask(api.GET('/uploads', { params: { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } } })),
  initialPageParam: '',
  getNextPageParam: (last) => last.next,
})

export const uploadErrorsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['uploads', id, 'errors'],
    queryFn: ({ pageParam }) =>
      ask(api.GET('/uploads/{upload_id}/errors', { params: { path: { upload_id: id }, query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  })

interface Sending {
  file: globalThis.File
  project: string
  mode: UploadMode
  onProgress: (part: number) => void
  signal: AbortSignal
  /** Made when the file was chosen: sending it again after a broken line makes no second upload. */
  idempotencyKey: string
}

export function useSendUpload() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ file, project, mode, ...sending }: Sending) => {
      const form = new FormData()
      // The fields first: a server that reads as it comes then knows where the rows belong.
      form.append('project', project)
      form.append('mode', mode)
      form.append('file', file, file.name)
      return sendForm<Upload>('/uploads', form, sending)
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['uploads'] }),
  })
}

/** Where the rows that failed can be downloaded, with what is wrong with each. */
export const failedRowsUrl = (id: string) => `${API}/uploads/${id}/failed-rows`

interface Mending {
  id: string
  file: globalThis.File
  idempotencyKey: string
}

/** Gives mended rows to the upload they came from. */
export function useMendUpload() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ id, file, idempotencyKey }: Mending) => {
      const form = new FormData()
      form.append('file', file, file.name)
      return sendForm<Upload>(`/uploads/${id}/mended`, form, { idempotencyKey })
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['uploads'] }),
  })
}

export function useCancelUpload() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => ask(api.POST('/uploads/{upload_id}/cancel', { params: { path: { upload_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['uploads'] }),
  })
}
