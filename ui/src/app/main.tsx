// The way in: styles, theme, queries, routes.
import '@fontsource-variable/inter'
import '@/design/tokens.css'
import '@/design/base.css'
import '@/design/mantine.css'
import { MantineProvider, localStorageColorSchemeManager } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { type AnyRoute, RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queries } from '@/app/queries'
import { router } from '@/app/router'
import { tasksQuery } from '@/api/tasks'
import { meQuery } from '@/api/who'
import { theme, variables } from '@/design/theme'
import { mayListAhead, readAddress } from '@/lib/misread'
import { filterOf } from '@/lib/task-search'

const schemes = localStorageColorSchemeManager({ key: 'taskyard.scheme' })
const root = document.getElementById('root')

// Who is reading is asked, and the page's script and first rows fetched, before anything is drawn.
void queries.prefetchQuery(meQuery)
const { pathname, search } = router.latestLocation
const list = readAddress(search)
if (pathname === '/tasks' && mayListAhead(list)) void queries.prefetchInfiniteQuery(tasksQuery(filterOf(list)))
const routes: Record<string, AnyRoute> = router.routesById
for (const match of router.matchRoutes(router.latestLocation)) {
  const component = routes[match.routeId]?.options.component as { preload?: () => Promise<void> } | undefined
  void component?.preload?.()
}

if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} colorSchemeManager={schemes} defaultColorScheme="auto" withGlobalClasses={false}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
