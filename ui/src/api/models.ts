// What can do the work, and what kinds of work there are.
import { queryOptions } from '@tanstack/react-query'
import { api, ask } from '@/api/http'

export const modelsQuery = queryOptions({ queryKey: ['models'], queryFn: () => ask(api.GET('/models')), staleTime: 60_000 })

export const stepKindsQuery = queryOptions({ queryKey: ['step-kinds'], queryFn: () => ask(api.GET('/step-kinds')), staleTime: 5 * 60_000 })
