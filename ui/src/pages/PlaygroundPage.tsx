// Pictures, prompts, runs: try something on a picture, look at what came out, and try again.
import { useMediaQuery } from '@mantine/hooks'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { IconTrash } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useFacts } from '@/api/live'
import { playgroundTasksQuery } from '@/api/playground'
import { projectsQuery } from '@/api/projects'
import { isDeletedHere, taskQuery, useDeleteTask } from '@/api/tasks'
import { useMay } from '@/api/who'
import { IconButton } from '@/design/Button'
import { Confirm } from '@/design/Dialog'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { Page } from '@/design/Page'
import { LostTask } from '@/features/playground/LostTask'
import { PlaygroundFrame } from '@/features/playground/PlaygroundFrame'
import { TaskStrip } from '@/features/playground/TaskStrip'
import { TaskView, TaskViewSkeleton } from '@/features/playground/TaskView'
import { TrialCard } from '@/features/playground/TrialCard'
import { RunSteps } from '@/features/runs/RunSteps'
import { useHotkeys } from '@/lib/hotkeys'
import { asProblem } from '@/lib/problem'
import { useRemembered } from '@/lib/remember'

export function PlaygroundPage() {
  const projects = useQuery(projectsQuery)
  const project = projects.data?.items.find((one) => one.is_playground)
  if (project) return <Playground project={project.id} />
  return (
    <Page trail={['Playground']} title="Playground">
      <ProblemNotice problem={projects.error} size="page" onRetry={() => void projects.refetch()} />
      {projects.data && <EmptyState title="No playground here">The playground of this workspace is not shared with you, or its project was removed.</EmptyState>}
    </Page>
  )
}

function Playground({ project }: { project: string }) {
  const search = useSearch({ from: '/known/shell/playground' })
  const navigate = useNavigate()
  const queries = useQueryClient()
  const narrow = useMediaQuery('(max-width: 760px)') ?? false
  const [remembered, remember] = useRemembered<'open' | 'folded'>('playground.tasks', 'open')
  const [overlaid, setOverlaid] = useState(false)
  const [fresh, setFresh] = useState(0)
  const [leaving, setLeaving] = useState<{ id: string; runs?: number } | null>(null)
  const remove = useDeleteTask()
  const mayRun = useMay('runs.write')

  const list = useInfiniteQuery(playgroundTasksQuery(project))
  const id = search.task_id
  const task = useQuery({ ...taskQuery(id ?? ''), enabled: Boolean(id) })
  const isLost = Boolean(id) && [403, 404, 422].includes(task.error ? asProblem(task.error).status : 0)
  // The address becomes that of the playground at once; what could not be opened is remembered until something else is chosen.
  const [lost, setLost] = useState(false)
  if (isLost && !lost) setLost(true)
  if (id && !isLost && lost) setLost(false)
  useEffect(() => {
    if (isLost) void navigate({ to: '/playground', search: {}, replace: true })
  }, [isLost, navigate])

  useFacts((facts) => {
    const ours = facts.filter((fact) => fact.project_id === project && fact.noun !== 'step_run')
    if (ours.length === 0) return
    void queries.invalidateQueries({ queryKey: ['tasks', 'playground'] })
    if (id && !isDeletedHere(queries, id) && ours.some((fact) => fact.task_id === id)) void queries.invalidateQueries({ queryKey: ['tasks', 'one', id] })
  })

  const open = narrow ? overlaid : remembered === 'open'
  const toggle = () => (narrow ? setOverlaid(!overlaid) : remember(open ? 'folded' : 'open'))
  const select = (task_id: string | undefined, run?: number) => {
    setOverlaid(false)
    void navigate({ to: '/playground', search: { task_id, run } })
  }
  const startNew = () => {
    setFresh(fresh + 1)
    setLost(false)
    select(undefined)
  }
  useHotkeys([{ keys: 'n', says: 'New task', group: 'Playground', run: startNew }])

  const erase = () =>
    leaving &&
    remove.mutate(leaving.id, {
      onSuccess: () => {
        if (leaving.id === id) select(undefined)
        setLeaving(null)
      },
    })
  const title = task.data?.preview || 'Task'
  return (
    <Page
      title="Playground"
      trail={id ? [<Link key="playground" to="/playground" onClick={() => setFresh(fresh + 1)}>Playground</Link>, title] : ['Playground']}
      body="plain"
      actions={
        task.data && id && (
          <IconButton label="Delete task" disabledReason={task.data.can.delete} onClick={() => setLeaving({ id, runs: task.data.runs.length })}>
            <IconTrash size={16} />
          </IconButton>
        )
      }
    >
      <PlaygroundFrame strip={<TaskStrip key={String(narrow)} project={project} selected={id} open={open} onToggle={toggle} onNew={startNew} onOpen={select} onFollowed={() => setOverlaid(false)} onDelete={(row) => setLeaving({ id: row.id })} />}>
        {!id && !lost && !list.isPending && (
          <TrialCard
            key={fresh}
            project={project}
            first={list.data?.pages[0]?.items.length === 0}
            refused={mayRun ? null : 'Your role may look at runs here, and not start them.'}
            onStarted={select}
          />
        )}
        {id && task.isPending && <TaskViewSkeleton />}
        {!id && lost && <LostTask onBack={() => setLost(false)} />}
        {id && task.error && !isLost && <ProblemNotice problem={task.error} size="page" onRetry={() => void task.refetch()} />}
        {id && task.data && !isLost && (
          <TaskView
            key={id}
            task={task.data}
            number={search.run}
            onNumber={(run) => void navigate({ to: '.', search: { task_id: id, run: run === 0 ? undefined : run }, replace: true })}
            renderSteps={(run, says) => <RunSteps run={run} says={says} />}
          />
        )}
      </PlaygroundFrame>
      <Confirm
        open={leaving !== null}
        onClose={() => {
          remove.reset()
          setLeaving(null)
        }}
        title="Delete task"
        verb="Delete"
        danger
        pending={remove.isPending}
        problem={remove.error}
        onConfirm={erase}
      >
        Are you sure you want to delete this task? This action cannot be undone. All task data will be permanently deleted
        {leaving?.runs ? `: the picture, ${leaving.runs === 1 ? 'its run' : `its ${leaving.runs} runs`} and what came out.` : '.'}
      </Confirm>
    </Page>
  )
}
