// What was answered about a task, what happened to it, and all of it as the very text the server sent.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { API, api, ask, noteSignedOut } from '@/api/http'
import { isDeletedHere } from '@/api/tasks'
import { problemFrom, unreachable } from '@/lib/problem'

const PAGE = 200

export const answersQuery = (taskId: string) =>
  queryOptions({
    queryKey: ['tasks', 'answers', taskId],
    queryFn: () => ask(api.GET('/tasks/{task_id}/answers', { params: { path: { task_id: taskId } } })),
  })

export const timelineQuery = (taskId: string) =>
  infiniteQueryOptions({
    queryKey: ['tasks', 'timeline', taskId],
    queryFn: ({ pageParam }) => ask(api.GET('/tasks/{task_id}/timeline', { params: { path: { task_id: taskId }, query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  })

export type Exactly = 'task' | 'answers' | 'timeline'

/** Not parsed, so that no digit is lost on the way to the reader. */
async function textOf(path: string): Promise<string> {
  const response = await fetch(`${API}${path}`, { credentials: 'same-origin', headers: { Accept: 'application/json' } }).catch(() => {
    throw unreachable()
  })
  const text = await response.text()
  if (response.ok) return text
  noteSignedOut(response.url, response.status)
  throw problemFrom(response.status, parsed(text), response.headers.get('x-request-id'))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // a proxy's page; the status says what there is to say
  }
}

export const exactQuery = (taskId: string, what: Exactly) =>
  queryOptions({
    queryKey: ['tasks', 'exact', taskId, what],
    queryFn: () => textOf(what === 'task' ? `/tasks/${taskId}` : `/tasks/${taskId}/${what}?limit=${PAGE}`),
  })

/** Everything that a page shows of one task, asked again. */
export function useRefreshTask(taskId: string): () => void {
  const queries = useQueryClient()
  return () => {
    if (isDeletedHere(queries, taskId)) return
    for (const part of ['one', 'answers', 'timeline', 'exact', 'deliveries']) void queries.invalidateQueries({ queryKey: ['tasks', part, taskId] })
  }
}

export function useCancelTask(taskId: string) {
  const refresh = useRefreshTask(taskId)
  return useMutation({
    mutationFn: () => ask(api.POST('/tasks/{task_id}/cancel', { params: { path: { task_id: taskId } } })),
    onSuccess: refresh,
  })
}
