// What is told to the callback URL of a task, and telling it again.
import { infiniteQueryOptions, useMutation } from '@tanstack/react-query'
import { useRefreshTask } from '@/api/answers'
import { api, ask } from '@/api/http'
import type { Delivery } from '@/api/types'

const PAGE = 50
const ASK_AGAIN_MS = 2000
const SOON_MS = 30_000

const isUnderWay = (delivery: Delivery): boolean =>
  delivery.state === 'sending' || (delivery.due_at !== null && Date.parse(delivery.due_at) - Date.now() < SOON_MS)

/** Asked again while something is on its way: that it arrived is no fact of the workspace. */
export const deliveriesQuery = (taskId: string) =>
  infiniteQueryOptions({
    queryKey: ['tasks', 'deliveries', taskId],
    queryFn: ({ pageParam }) => ask(api.GET('/tasks/{task_id}/deliveries', { params: { path: { task_id: taskId }, query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(isUnderWay)) ? ASK_AGAIN_MS : false),
  })

export function useSendAgain(taskId: string) {
  const refresh = useRefreshTask(taskId)
  return useMutation({
    mutationFn: (id: string) => ask(api.POST('/deliveries/{delivery_id}/send-again', { params: { path: { delivery_id: id } } })),
    // Also when it was refused: then it stands otherwise than it was shown.
    onSettled: refresh,
  })
}
