// Tasks: everything the workspace has, narrowed by the URL.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { IconDownload, IconUpload } from '@tabler/icons-react'
import { API } from '@/api/http'
import { archivedLast, projectsQuery } from '@/api/projects'
import { taskCountQuery, tasksQuery } from '@/api/tasks'
import { useMay } from '@/api/who'
import { Button } from '@/design/Button'
import { Menu, MenuItem, MenuLabel } from '@/design/Menu'
import { EmptyState } from '@/design/Notice'
import { Page } from '@/design/Page'
import { TaskFilters } from '@/features/tasks/TaskFilters'
import { TaskList } from '@/features/tasks/TaskList'
import { TaskPreview } from '@/features/tasks/TaskPreview'
import { total } from '@/lib/format'
import { type TaskSearch, filterOf, isFiltered } from '@/lib/task-search'

export function TasksPage() {
  const search = useSearch({ from: '/known/shell/tasks' })
  const navigate = useNavigate({ from: '/tasks' })
  const router = useRouter()
  const projects = archivedLast(useQuery(projectsQuery).data?.items ?? [])
  const { hidden, summary } = useCounts(search)

  const change = (next: Partial<TaskSearch>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true })
  const open = (id: string) => void navigate({ to: '/tasks/$taskId', params: { taskId: id }, search: {} })
  const href = (id: string) => router.buildLocation({ to: '/tasks/$taskId', params: { taskId: id }, search: {} }).href

  const one = search.project?.length === 1 ? projects.find((project) => project.id === search.project?.[0]) : undefined
  return (
    <Page
      title={one ? `Tasks of ${one.name}` : 'Tasks'}
      trail={one ? [<Link key="all" to="/tasks">Tasks</Link>, one.name] : ['Tasks']}
      actions={<Actions search={search} />}
      body="plain"
      below={<TaskFilters search={search} projects={projects} onChange={change} summary={summary} />}
      side={search.peek && <TaskPreview id={search.peek} onOpen={() => search.peek && open(search.peek)} onClose={() => change({ peek: undefined })} />}
    >
      <TaskList search={search} onChange={change} onOpen={open} href={href} hidden={hidden} empty={<NoTasks />} />
    </Page>
  )
}

function useCounts(search: TaskSearch) {
  const filtered = isFiltered(search)
  const shown = useInfiniteQuery({ ...tasksQuery(filterOf(search)), enabled: false }).data?.pages[0]
  const all = useQuery({ ...taskCountQuery, enabled: filtered }).data
  const hidden = filtered && shown && all ? { n: Math.max(0, all.total - shown.total), isExact: all.total_is_exact && shown.total_is_exact } : null
  const parts = [shown && `${total(shown.total, shown.total_is_exact)} ${shown.total === 1 ? 'task' : 'tasks'}`, hidden && hidden.n > 0 && `${total(hidden.n, hidden.isExact)} hidden`]
  return { hidden, summary: parts.filter(Boolean).join(' · ') }
}

function Actions({ search }: { search: TaskSearch }) {
  const mayExport = useMay('tasks.export')
  const mayUpload = useMay('uploads.write')
  const navigate = useNavigate()
  const query = exportQuery(search)
  return (
    <>
      {mayExport && (
        <Menu label="Export" align="end" trigger={(props) => <Button {...props} small icon={<IconDownload size={14} />}>Export</Button>}>
          <MenuLabel>{isFiltered(search) ? 'The tasks that fit the filters' : 'All tasks'}</MenuLabel>
          <MenuItem href={`${API}/tasks/export?format=jsonl${query}`} download>JSON Lines</MenuItem>
          <MenuItem href={`${API}/tasks/export?format=json${query}`} download>JSON</MenuItem>
        </Menu>
      )}
      {mayUpload && <Button small icon={<IconUpload size={14} />} onClick={() => void navigate({ to: '/uploads', search: { add: true } })}>Upload</Button>}
    </>
  )
}

function exportQuery(search: TaskSearch): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filterOf(search))) {
    if (name !== 'sort') for (const each of [value].flat()) query.append(name, String(each))
  }
  return query.size > 0 ? `&${query.toString()}` : ''
}

function NoTasks() {
  const navigate = useNavigate()
  const mayUpload = useMay('uploads.write')
  const mayCreate = useMay('tasks.create')
  if (!mayCreate) return <EmptyState title="No tasks of yours yet">A task appears here when you have taken it from Work.</EmptyState>
  return (
    <EmptyState title="No tasks yet" action={mayUpload && <Button look="primary" onClick={() => void navigate({ to: '/uploads', search: { add: true } })}>Upload a file of tasks</Button>}>
      Tasks come from an upload, from the Playground, or through the API.
    </EmptyState>
  )
}
