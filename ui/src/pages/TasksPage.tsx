// Tasks: everything the workspace has, narrowed by the URL.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { IconDownload, IconHistory, IconUpload } from '@tabler/icons-react'
import { type ReactNode, Suspense, lazy, useEffect, useMemo, useState } from 'react'
import { archivedLast, projectsQuery } from '@/api/projects'
import { taskCountQuery, tasksQuery } from '@/api/tasks'
import { membersQuery, useMay, useMe } from '@/api/who'
import { Button, IconButton } from '@/design/Button'
import { EmptyState } from '@/design/Notice'
import { Page } from '@/design/Page'
import { ExportNote } from '@/features/exports/ExportNote'
import { ColumnMenu } from '@/features/tasks/ColumnMenu'
import { SortMenu } from '@/features/tasks/SortMenu'
import { TaskFilters } from '@/features/tasks/TaskFilters'
import { TaskList } from '@/features/tasks/TaskList'
import { TaskPreview } from '@/features/tasks/TaskPreview'
import { chosenProjects, inputFields, isOrderGone, stepsOf } from '@/lib/chips'
import { columnsFor, shownColumns } from '@/features/tasks/columns'
import { fieldColumns, fieldsOf } from '@/features/tasks/field-columns'
import { rowsOf } from '@/features/tasks/live-list'
import css from '@/features/tasks/tasks.module.css'
import { useColumns } from '@/features/tasks/use-columns'
import { useSelection } from '@/features/tasks/use-selection'
import { ViewMenu } from '@/features/views/ViewMenu'
import { isField } from '@/lib/columns'
import { count, totalOf } from '@/lib/format'
import { type PageSize, SIZE_KEY, USUAL_SIZE, knownSize } from '@/lib/page-size'
import { misread, misreadWords, withoutMisread } from '@/lib/misread'
import { noteList } from '@/lib/last-list'
import { noteOwnWay } from '@/lib/own-way'
import { useRemembered } from '@/lib/remember'
import { SelectedTasks } from '@/pages/SelectedTasks'
import { INPUT, type TaskSearch, USUAL_ORDER, filterOf, forEverybody, isFiltered, withFields } from '@/lib/task-search'
import { stringifySearch } from '@/lib/url-search'

const RecentBulk = lazy(() => import('@/features/bulk/RecentBulk').then((room) => ({ default: room.RecentBulk })))
const ExportDialog = lazy(() => import('@/features/exports/ExportDialog').then((room) => ({ default: room.ExportDialog })))

const TYPED = new Set(['q', 'batch', 'batch_contains', 'priority_min', 'priority_max', 'columns', 'peek', 'bulk'])

/** Without what cannot be read the list would be wider than it was meant: nothing is listed until that is left out. */
export function TasksPage() {
  const asked = useSearch({ from: '/known/shell/tasks' })
  const navigate = useNavigate({ from: '/tasks' })
  const wrong = misread(asked)
  if (wrong.length === 0) return <TaskDesk />
  const leaveOut = () => void navigate({ search: (now) => ({ ...now, ...withoutMisread(now) }), replace: true })
  return (
    <Page title="Tasks" trail={['Tasks']} body="plain">
      <div role="alert">
        <EmptyState title="These tasks cannot be listed" action={<Button look="primary" onClick={leaveOut}>Leave it out</Button>}>
          {misreadWords(wrong).map((sentence) => <p key={sentence}>{sentence}</p>)}
        </EmptyState>
      </div>
    </Page>
  )
}

function TaskDesk() {
  const isLead = useMay('tasks.write')
  const asked = useSearch({ from: '/known/shell/tasks' })
  const search = isLead ? asked : forEverybody(asked)
  const navigate = useNavigate({ from: '/tasks' })
  const router = useRouter()
  const known = useQuery(projectsQuery).data
  const projects = known && archivedLast(known.items)
  const members = useQuery({ ...membersQuery, enabled: isLead && Boolean(search.reserved_by ?? search.answered_by) }).data?.items
  const size = knownSize(useRemembered<PageSize>(SIZE_KEY, USUAL_SIZE)[0])
  // What is chosen is a step that Back undoes; what is typed, and what is only looked at, is none.
  const change = (next: Partial<TaskSearch>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: Object.keys(next).every((name) => TYPED.has(name)) })
  const { chosen, choose } = useColumns(search, change)
  const own = useMemo(() => columnsFor(isLead), [isLead])
  const inView = search.project?.join()
  // eslint-disable-next-line react-hooks/exhaustive-deps -- of the search only the projects matter
  const columns = useMemo(() => [...own, ...fieldColumns(known?.items ?? [], search)], [own, known, inView])
  const picked = chosen?.join()
  const shown = useMemo(() => shownColumns(columns, picked?.split(',')), [columns, picked])
  // The server refuses an order it does not know; the chip says why it is not kept.
  const listed = isOrderGone(projects, search) ? { ...search, sort: undefined } : search
  const isUnsure = !known && Boolean(search.sort?.includes(INPUT) || chosen?.some(isField))
  const fields = fieldsOf(shown)
  const isOwnWay = size !== Number(USUAL_SIZE) || Boolean(chosen?.some(isField))
  useEffect(() => {
    if (!search.columns) noteOwnWay(isOwnWay)
  }, [search.columns, isOwnWay])
  const { hidden, total, first, rows } = useCounts(listed, fields, size)
  const mayExport = useMay('tasks.export')
  const mayCancel = useMay('tasks.cancel')
  const filter = { ...filterOf(listed), sort: undefined }
  const selecting = useSelection({ list: `${useMe().member.id} ${JSON.stringify(filter)}`, filter, rows, first })
  const [isExporting, setExporting] = useState(false)
  const [note, setNote] = useState<ReactNode>(null)
  const all = { n: first?.total ?? 0, isExact: first?.total_is_exact ?? true }

  const from = useMay('audits.write') ? stringifySearch({ ...filterOf(listed) }) || '?' : undefined
  const open = (id: string) => {
    noteList(rows.map((row) => row.id))
    void navigate({ to: '/tasks/$taskId', params: { taskId: id }, search: { from } })
  }
  const href = (id: string) => router.buildLocation({ to: '/tasks/$taskId', params: { taskId: id }, search: { from } }).href

  const one = search.project?.length === 1 ? projects?.find((project) => project.id === search.project?.[0]) : undefined
  return (
    <Page
      title={one ? `Tasks of ${one.name}` : 'Tasks'}
      trail={one ? [<Link key="all" to="/tasks">Tasks</Link>, one.name] : ['Tasks']}
      actions={<Actions onExport={() => setExporting(true)} onRecent={() => change({ bulk: 'recent', peek: undefined })} />}
      body="plain"
      below={
        <TaskFilters
          search={search}
          projects={projects}
          isLead={isLead}
          members={members}
          onChange={change}
          total={selecting.dropped > 0 ? `${total ?? ''} · ${count(selecting.dropped)} no longer selected` : total}
          hidden={hidden}
          start={<ViewMenu search={search} columns={chosen} isLead={isLead} onShow={(next) => void navigate({ search: next })} />}
          end={
            <>
              <SortMenu sort={listed.sort} columns={own} fields={inputFields(projects ?? [], search)} onSort={(sort) => change({ sort: sort === USUAL_ORDER ? undefined : sort })} />
              <ColumnMenu columns={columns} chosen={chosen} onChoose={choose} />
            </>
          }
        />
      }
      side={
        search.bulk ? (
          <Suspense>
            <RecentBulk open={search.bulk} onOpen={(bulk) => change({ bulk })} onClose={() => change({ bulk: undefined })} />
          </Suspense>
        ) : (
          search.peek && <TaskPreview id={search.peek} onOpen={() => search.peek && open(search.peek)} onClose={() => change({ peek: undefined })} />
        )
      }
      foot={
        <>
          <SelectedTasks selecting={selecting} all={all} steps={stepsOf(chosenProjects(projects ?? [], search))} onRecent={() => change({ bulk: 'recent', peek: undefined })} onExport={() => setExporting(true)} note={note} onNote={setNote} />
          <Suspense>
            {isExporting && (
              <ExportDialog
                open
                selection={selecting.selection ?? (isFiltered(listed) ? { filter, except: [] } : null)}
                count={selecting.selection ? selecting.count : all}
                onClose={() => setExporting(false)}
                onAsked={(made) => setNote(<ExportNote key={made.id} made={made} />)}
              />
            )}
          </Suspense>
        </>
      }
    >
      <TaskList
        search={listed}
        waits={isUnsure}
        columns={shown}
        fields={fields}
        size={size}
        selecting={isLead || mayExport || mayCancel ? selecting : undefined}
        stepsOf={isLead ? (task) => projects?.find((project) => project.id === task.project.id)?.steps.map((step) => step.id) ?? [] : undefined}
        onChange={change}
        onOpen={open}
        href={href}
        hidden={hidden}
        empty={<NoTasks />}
      />
    </Page>
  )
}

function useCounts(search: TaskSearch, fields: string[], size: number) {
  const filtered = isFiltered(search)
  const pages = useInfiniteQuery({ ...tasksQuery(withFields(filterOf(search), fields), size), enabled: false }).data?.pages
  const shown = pages?.[0]
  const all = useQuery({ ...taskCountQuery, enabled: filtered }).data
  const hidden = filtered && shown && all ? { n: Math.max(0, all.total - shown.total), isExact: all.total_is_exact && shown.total_is_exact } : null
  return { hidden, first: shown, rows: useMemo(() => rowsOf(pages), [pages]), total: shown && totalOf(shown.total, shown.total_is_exact, 'task') }
}

function Actions({ onExport, onRecent }: { onExport: () => void; onRecent: () => void }) {
  const mayChange = useMay('tasks.cancel')
  const mayExport = useMay('tasks.export')
  const mayUpload = useMay('uploads.write')
  const navigate = useNavigate()
  return (
    <>
      {mayChange && <span className={css['recent']}><IconButton small label="Recent bulk work" onClick={onRecent}><IconHistory size={16} /></IconButton></span>}
      {mayExport && <Button small icon={<IconDownload size={14} />} onClick={onExport}>Export</Button>}
      {mayUpload && <Button small icon={<IconUpload size={14} />} onClick={() => void navigate({ to: '/uploads', search: { add: true } })}>Upload</Button>}
    </>
  )
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
