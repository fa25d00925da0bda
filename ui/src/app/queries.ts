// How patient the pages are with the server: what is asked again, and for how long an answer stands.
import { QueryClient } from '@tanstack/react-query'
import { asProblem } from '@/lib/problem'

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, thrown) => failures < 2 && asProblem(thrown).mayRetry,
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
})
