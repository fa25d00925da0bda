// Saved views of the task list: one's own, and those shared with everybody.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '@/api/http'
import type { View } from '@/api/types'

export const viewsQuery = queryOptions({ queryKey: ['views'], queryFn: () => ask(api.GET('/views')) })

function useChanging<Body, Answer>(change: (body: Body) => Promise<Answer>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: change, onSuccess: () => queries.invalidateQueries({ queryKey: viewsQuery.queryKey }) })
}

export const useSaveView = () => useChanging((body: Pick<View, 'name' | 'query' | 'shared'>) => ask(api.POST('/views', { body })))

export const useChangeView = () =>
  useChanging(({ id, ...body }: { id: string } & Partial<Pick<View, 'name' | 'query' | 'shared'>>) =>
    ask(api.PATCH('/views/{view_id}', { params: { path: { view_id: id } }, body })),
  )

export const useDeleteView = () => useChanging((id: string) => ask(api.DELETE('/views/{view_id}', { params: { path: { view_id: id } } })))
