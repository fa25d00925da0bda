// Every address of the UI and the page behind it; pages load when they are first visited.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { queries } from '@/app/queries'
import { FailedPage, MissingPage, RootPage } from '@/app/Root'
import { Shell } from '@/app/Shell'
import { whenSignedOut } from '@/api/http'
import { tasksQuery } from '@/api/tasks'
import { meQuery } from '@/api/who'
import { asProblem } from '@/lib/problem'
import { mayListAhead, readAddress } from '@/lib/misread'
import { type TaskSearch, filterOf } from '@/lib/task-search'
import { parseSearch, stringifySearch } from '@/lib/url-search'

const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)
const number = (value: unknown): number | undefined => (/^\d+$/.test(String(value)) ? Number(value) : undefined)

const root = createRootRoute({ component: RootPage, notFoundComponent: MissingPage })

// Outside the shell: nobody is known yet.
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { from?: string } => ({ from: text(search['from']) }),
  component: lazyRouteComponent(() => import('@/pages/SignInPage'), 'SignInPage'),
})
const firstStart = createRoute({
  getParentRoute: () => root,
  path: '/first-start',
  validateSearch: (search): { token?: string } => ({ token: text(search['token']) }),
  component: lazyRouteComponent(() => import('@/pages/FirstStartPage'), 'FirstStartPage'),
})
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  validateSearch: (search): { token?: string } => ({ token: text(search['token']) }),
  component: lazyRouteComponent(() => import('@/pages/InvitationPage'), 'InvitationPage'),
})

// Everything else asks first who is reading.
const known = createRoute({
  getParentRoute: () => root,
  id: 'known',
  beforeLoad: async ({ location }) => {
    try {
      return { me: await queries.ensureQueryData(meQuery) }
    } catch (thrown) {
      if (asProblem(thrown).status === 401) throw redirect({ to: '/sign-in', search: { from: location.href } })
      throw thrown
    }
  },
  errorComponent: FailedPage,
})
const shell = createRoute({ getParentRoute: () => known, id: 'shell', component: Shell, errorComponent: FailedPage })

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: ({ context }) => {
    const worker = ['annotator', 'reviewer'].includes(context.me.member.role)
    throw redirect({ to: worker ? '/work' : '/tasks', replace: true })
  },
})

// Studio: projects and their flows.
const studio = createRoute({ getParentRoute: () => shell, path: '/studio', component: lazyRouteComponent(() => import('@/pages/StudioPage'), 'StudioPage') })
const project = createRoute({
  getParentRoute: () => shell,
  path: '/studio/$projectId',
  validateSearch: (search): { tab?: string; version?: number } => ({
    tab: text(search['tab']),
    version: number(search['version']),
  }),
  component: lazyRouteComponent(() => import('@/pages/ProjectPage'), 'ProjectPage'),
})

// Playground: pictures, prompts, runs.
const playground = createRoute({
  getParentRoute: () => shell,
  path: '/playground',
  validateSearch: (search): { task_id?: string; run?: number; compare?: string } => ({
    task_id: text(search['task_id']),
    run: number(search['run']),
    compare: text(search['compare']),
  }),
  component: lazyRouteComponent(() => import('@/pages/PlaygroundPage'), 'PlaygroundPage'),
})

// Work: the home of those who answer; the workbench is without the shell, at full height.
const work = createRoute({ getParentRoute: () => shell, path: '/work', component: lazyRouteComponent(() => import('@/pages/WorkPage'), 'WorkPage') })
const workbench = createRoute({
  getParentRoute: () => known,
  path: '/work/$reservationId',
  // The queue that the next task is taken from; nothing means any.
  validateSearch: (search): { project?: string; step?: string } => ({ project: text(search['project']), step: text(search['step']) }),
  component: lazyRouteComponent(() => import('@/pages/WorkbenchPage'), 'WorkbenchPage'),
})

// Tasks: the list, one task, and the files they came with.
const tasks = createRoute({
  getParentRoute: () => shell,
  path: '/tasks',
  validateSearch: (search): TaskSearch => readAddress(search),
  loaderDeps: ({ search }) => ({ filter: filterOf(search), columns: search.columns }),
  // Asked for while the page's script is on its way; not awaited, the page shows grey rows meanwhile.
  loader: ({ deps }) => {
    const list = tasksQuery(deps.filter)
    if (mayListAhead({ ...deps.filter, columns: deps.columns }) && !queries.getQueryData(list.queryKey)) void queries.prefetchInfiniteQuery(list)
  },
  component: lazyRouteComponent(() => import('@/pages/TasksPage'), 'TasksPage'),
})
const task = createRoute({
  getParentRoute: () => shell,
  path: '/tasks/$taskId',
  // `from` is the list it was opened from, as it stood in the address: auditing goes on to its next task.
  validateSearch: (search): { tab?: string; run?: string; from?: string } => ({ tab: text(search['tab']), run: text(search['run']), from: text(search['from']) }),
  component: lazyRouteComponent(() => import('@/pages/TaskPage'), 'TaskPage'),
})
const reservations = createRoute({
  getParentRoute: () => shell,
  path: '/reservations',
  // Whose tasks are shown.
  validateSearch: (search): { member?: string } => ({ member: text(search['member']) }),
  component: lazyRouteComponent(() => import('@/pages/ReservationsPage'), 'ReservationsPage'),
})
const uploads = createRoute({
  getParentRoute: () => shell,
  path: '/uploads',
  validateSearch: (search): { project?: string; open?: string; add?: boolean } => ({
    project: text(search['project']),
    open: text(search['open']),
    add: String(search['add']) === 'true' ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('@/pages/UploadsPage'), 'UploadsPage'),
})
const exports = createRoute({
  getParentRoute: () => shell,
  path: '/exports',
  validateSearch: (search): { add?: boolean; open?: string } => ({ add: String(search['add']) === 'true' ? true : undefined, open: text(search['open']) }),
  component: lazyRouteComponent(() => import('@/pages/ExportsPage'), 'ExportsPage'),
})
const archive = createRoute({
  getParentRoute: () => shell,
  path: '/archive',
  validateSearch: (search): { open?: string } => ({ open: text(search['open']) }),
  component: lazyRouteComponent(() => import('@/pages/ArchivePage'), 'ArchivePage'),
})

// Settings.
const settings = createRoute({ getParentRoute: () => shell, path: '/settings', component: lazyRouteComponent(() => import('@/pages/SettingsPage'), 'SettingsPage') })
const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: ({ context }) => {
    throw redirect({ to: context.me.permissions.includes('members.read') ? '/settings/members' : '/settings/account', replace: true })
  },
})
const members = createRoute({ getParentRoute: () => settings, path: '/members', component: lazyRouteComponent(() => import('@/pages/MembersPage'), 'MembersPage') })
const keys = createRoute({ getParentRoute: () => settings, path: '/keys', component: lazyRouteComponent(() => import('@/pages/KeysPage'), 'KeysPage') })
const account = createRoute({ getParentRoute: () => settings, path: '/account', component: lazyRouteComponent(() => import('@/pages/AccountPage'), 'AccountPage') })

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    firstStart,
    invitation,
    known.addChildren([
      workbench,
      shell.addChildren([home, playground, work, tasks, task, reservations, uploads, exports, archive, studio, project, settings.addChildren([settingsHome, members, keys, account])]),
    ]),
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: FailedPage,
  scrollRestoration: false,
  parseSearch,
  stringifySearch,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

whenSignedOut(() => {
  if (router.state.location.pathname === '/sign-in') return
  queries.clear()
  void router.navigate({ to: '/sign-in', search: { from: router.state.location.href } })
})
