// Uploads: the history, one upload's row errors, sending a file, stopping.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { API, api, ask } from '@/api/http'
import { sendForm } from '@/api/sending'
import type { ColumnMapping, Upload, UploadMode, UploadPreview } from '@/api/types'

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

// Enough for twenty rows; a server that is told so does not mind where it ends.
const FIRST_BYTES = 256 * 1024
// What Parquet or a ZIP holds stands at its end: it is looked at whole, or not at all.
export const WHOLE_BYTES_MAX = 30_000_000

const isWhole = (file: globalThis.File): boolean => /\.(parquet|zip)$/i.test(file.name)
export const isTooLargeToShow = (file: globalThis.File): boolean => isWhole(file) && file.size > WHOLE_BYTES_MAX

/** `look` is what stands for a file that is itself too large to be looked at. */
export const uploadPreviewQuery = (file: globalThis.File | null, project: string, mapping: ColumnMapping | null, look?: () => Promise<globalThis.File>) =>
  queryOptions({
    queryKey: ['uploads', 'preview', project, file?.name, file?.size, file?.lastModified, mapping],
    queryFn: async ({ signal }) => {
      if (!file) throw new Error('There is no file to look at.')
      const isPart = !isWhole(file) && file.size > FIRST_BYTES
      const seen = isPart ? file.slice(0, FIRST_BYTES) : look ? await look() : file
      const form = new FormData()
      form.append('project', project)
      if (mapping) form.append('mapping', JSON.stringify(mapping))
      if (isPart) form.append('part', 'true')
      form.append('file', seen, file.name)
      return sendForm<UploadPreview>('/uploads/preview', form, { signal })
    },
    enabled: file !== null && project !== '' && (look !== undefined || !isTooLargeToShow(file)),
    placeholderData: (before, query) => (query?.queryKey[3] === file?.name && query?.queryKey[2] === project ? before : undefined),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  })

interface Sending {
  file: globalThis.File
  project: string
  mode: UploadMode
  mapping: ColumnMapping | null
  /** The member for whom tasks are kept whose rows name nobody. */
  reserveFor: string | null
  onProgress: (part: number) => void
  signal: AbortSignal
  /** Made when the file was chosen: sending it again after a broken line makes no second upload. */
  idempotencyKey: string
}

export function useSendUpload() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ file, project, mode, mapping, reserveFor, ...sending }: Sending) => {
      const form = new FormData()
      // The fields first: a server that reads as it comes then knows where the rows belong.
      form.append('project', project)
      form.append('mode', mode)
      if (mapping) form.append('mapping', JSON.stringify(mapping))
      if (reserveFor) form.append('reserve_for', reserveFor)
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
