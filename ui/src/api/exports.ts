// Exports: the history, asking for one, straight downloads, and the consumers that get what changed.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { API, api, ask } from '@/api/http'
import type { ExportAnswers, ExportAsk, ExportFormat, ExportInclude } from '@/api/types'
import { type Selection, selectionBody } from '@/lib/selection'
import { stringifySearch } from '@/lib/url-search'

export const exportsQuery = infiniteQueryOptions({
  queryKey: ['exports', 'list'],
  queryFn: ({ pageParam }) => ask(api.GET('/exports', { params: { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } } })),
  initialPageParam: '',
  getNextPageParam: (last) => last.next,
})

export const exportQuery = (id: string) =>
  queryOptions({ queryKey: ['exports', 'one', id], queryFn: () => ask(api.GET('/exports/{export_id}', { params: { path: { export_id: id } } })) })

export const consumersQuery = queryOptions({ queryKey: ['exports', 'consumers'], queryFn: () => ask(api.GET('/exports/consumers')) })

/** How the tasks are written, and what goes along. */
export interface ExportChoice {
  format: ExportFormat
  answers: ExportAnswers
  answersOf: string
  include: ExportInclude[]
  consumer: string
}

/** Without a selection everything goes out. */
export function exportBody(choice: ExportChoice, selection: Selection | null): ExportAsk {
  const { format, answers, include } = choice
  return {
    format,
    answers,
    include,
    ...(answers === 'step' ? { answers_of: choice.answersOf.trim() } : {}),
    ...(choice.consumer.trim() ? { consumer: choice.consumer.trim() } : {}),
    ...(selection ? { selection: selectionBody(selection) as NonNullable<ExportAsk['selection']> } : {}),
  } as ExportAsk
}

/** What the same is asked for by as a stream, without a record. */
function streamQuery(choice: ExportChoice, selection: Selection | null): Record<string, unknown> {
  const body = selection ? selectionBody(selection) : { filter: {} }
  const which = 'ids' in body ? { ids: body.ids } : body.filter
  return { ...which, format: choice.format, answers: choice.answers, include: choice.include, ...(choice.answers === 'step' && { answers_of: choice.answersOf.trim() }) }
}

/** Where it streams from. */
export const streamUrl = (choice: ExportChoice, selection: Selection | null): string => `${API}/tasks/export${stringifySearch(streamQuery(choice, selection))}`

/** Asks whether it could begin now: what the server refuses is told here, and not by a page of its own. */
export const useTryStream = () =>
  useMutation({
    mutationFn: ({ choice, selection }: { choice: ExportChoice; selection: Selection | null }) =>
      ask(api.GET('/tasks/export', { params: { query: { ...streamQuery(choice, selection), check: true } } })),
  })

export function useAskExport() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ body, idempotencyKey }: { body: ExportAsk; idempotencyKey: string }) =>
      ask(api.POST('/exports', { body, headers: { 'Idempotency-Key': idempotencyKey } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['exports'] }),
  })
}

export function useCancelExport() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => ask(api.POST('/exports/{export_id}/cancel', { params: { path: { export_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['exports'] }),
  })
}

export function useDeleteExport() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => ask(api.DELETE('/exports/{export_id}', { params: { path: { export_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['exports'] }),
  })
}

export function useResetConsumer() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => ask(api.POST('/exports/consumers/{consumer_id}/reset', { params: { path: { consumer_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['exports'] }),
  })
}
