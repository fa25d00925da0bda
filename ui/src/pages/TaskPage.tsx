// One task to be looked at: its input with the answers as layers, and beside it answers, instructions, JSON and history.
import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { IconEye, IconEyeOff } from '@tabler/icons-react'
import { type ReactNode, useMemo, useState } from 'react'
import { answersQuery, exactQuery, useRefreshTask } from '@/api/answers'
import { useFacts } from '@/api/live'
import { taskQuery } from '@/api/tasks'
import type { Answer, TaskPage as Task } from '@/api/types'
import { Markdown } from '@/design/Markdown'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { Page } from '@/design/Page'
import { Skeleton } from '@/design/Skeleton'
import { Split } from '@/design/Split'
import { AnswersTab } from '@/features/task/AnswersTab'
import { CallbacksTab } from '@/features/task/CallbacksTab'
import { JsonTab } from '@/features/task/JsonTab'
import { TaskActions } from '@/features/task/TaskActions'
import { TaskHead } from '@/features/task/TaskHead'
import css from '@/features/task/TaskPage.module.css'
import { TimelineTab } from '@/features/task/TimelineTab'
import { shapesOf, usualLayer } from '@/features/task/answer-text'
import { Viewer } from '@/features/viewers/Viewer'
import { shownOfInput } from '@/features/viewers/shown'
import { fieldOf, hasRounded, readExact, unrounded } from '@/lib/exact-json'
import { shortId } from '@/lib/format'
import { asProblem } from '@/lib/problem'
import { TaskOut } from '@/pages/TaskOut'
import { listOf, useAuditing } from '@/pages/task-audit'

const TABS = ['answers', 'instructions', 'json', 'timeline', 'callbacks'] as const

export function TaskPage() {
  const { taskId } = useParams({ from: '/known/shell/tasks/$taskId' })
  const task = useQuery(taskQuery(taskId))
  const refresh = useRefreshTask(taskId)
  useFacts((facts) => {
    if (facts.some((fact) => fact.task_id === taskId || fact.id === taskId)) refresh()
  })
  const { from } = useSearch({ from: '/known/shell/tasks/$taskId' })
  // Of the task before this one: it outlives the step from one to the next.
  const [said, setSaid] = useState<ReactNode>(null)
  const list = <Link to="/tasks" search={listOf(from)}>Tasks</Link>
  // Asked first: what was deleted may still lie in the cache.
  const missing = task.isError ? asProblem(task.error) : null
  if (missing?.code === 'task_archived') {
    return (
      <Page trail={[list, 'Archived']} title="Task archived">
        <EmptyState title="This task is in the archive" action={<Link to="/archive" search={{ open: String(missing.data['archive_id']) }}>Open its archive</Link>}>
          {missing.message}
        </EmptyState>
      </Page>
    )
  }
  if (task.isError && [404, 422].includes(asProblem(task.error).status)) {
    return (
      <Page trail={[list, 'Not found']} title="Task not found">
        <EmptyState title="We could not find this task" action={<Link to="/tasks" search={{}}>Back to Tasks</Link>}>
          It may have been deleted, or it belongs to another workspace.
        </EmptyState>
      </Page>
    )
  }
  if (task.data) return <Shown key={taskId} task={task.data} said={said} onSaid={setSaid} />
  return (
    <Page trail={[list, shortId(taskId)]} title="Task" body="plain">
      {task.isError ? <ProblemNotice problem={task.error} size="page" onRetry={() => void task.refetch()} /> : <Waiting />}
    </Page>
  )
}

function Shown({ task, said, onSaid }: { task: Task; said: ReactNode; onSaid: (said: ReactNode) => void }) {
  const navigate = useNavigate()
  const search = useSearch({ from: '/known/shell/tasks/$taskId' })
  const { bar, fixing } = useAuditing(task, search.from, said, onSaid)
  const answers = useQuery(answersQuery(task.id))
  const given = useMemo(() => answers.data?.items ?? [], [answers.data])
  const run = task.runs.find((each) => each.id === search.run) ?? task.runs[0] ?? null
  const ofRun = useMemo(() => (run ? given.filter((answer) => answer.run_id === run.id) : given), [given, run])
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const usual = usualLayer(ofRun)
  const shown = new Set(ofRun.filter((answer) => toggled.has(answer.id) !== (answer.id === usual)).map((answer) => answer.id))
  const toggle = (id: string) => setToggled((old) => new Set(old.has(id) ? [...old].filter((one) => one !== id) : [...old, id]))
  const drawn = ofRun.filter((answer) => shapesOf(answer).length > 0)
  const input = useExactInput(task)
  const items = useMemo(() => shownOfInput(input, task.input_schema, task.files), [input, task])
  const first = items.find((item) => item.kind === 'picture')?.value
  const shapes = drawn.filter((answer) => shown.has(answer.id)).flatMap(shapesOf)
  const callbackUrl = task.can['see_callbacks'] === null ? task.callback_url : null
  const tab = TABS.find((each) => each === search.tab && (each !== 'callbacks' || callbackUrl)) ?? 'answers'
  const name = task.external_id ?? shortId(task.id)
  const go = (change: { tab?: string; run?: string }) => void navigate({ to: '.', search: (old) => ({ ...old, ...change }), replace: true })
  return (
    <Page
      trail={[<Link key="list" to="/tasks" search={listOf(search.from)}>Tasks</Link>, <Link key="project" to="/tasks" search={{ project: [task.project.id] }}>{task.project.name}</Link>, name]}
      title={`${name} · ${task.project.name}`}
      body="plain"
      below={<><TaskHead task={task} run={run} onRun={(id) => go({ run: id })} actions={<><TaskOut task={task} /><TaskActions task={task} answers={given.length} onDeleted={() => void navigate({ to: '/tasks', search: {} })} /></>} />{bar}</>}
    >
      {fixing || <Split
        memory="task"
        usual={440}
        left={<Viewer items={items} files={task.files} shapesOn={(file) => (file === first ? shapes : [])} layers={drawn.length > 0 && <Layers answers={drawn} shown={shown} onShow={toggle} />} />}
        right={
          <Tabs value={tab} onChange={(next) => go({ tab: next === 'answers' ? undefined : (next ?? undefined) })} className={css['tabs']} keepMounted={false}>
            <Tabs.List aria-label="About this task">
              <Tabs.Tab value="answers">Answers{ofRun.length > 0 ? ` ${ofRun.length}` : ''}</Tabs.Tab>
              <Tabs.Tab value="instructions">Instructions</Tabs.Tab>
              <Tabs.Tab value="json">JSON</Tabs.Tab>
              <Tabs.Tab value="timeline">Timeline</Tabs.Tab>
              {callbackUrl && <Tabs.Tab value="callbacks">Callbacks</Tabs.Tab>}
            </Tabs.List>
            <Tabs.Panel value="answers" className={css['panel']}>
              {answers.isError ? <ProblemNotice problem={answers.error} onRetry={() => void answers.refetch()} /> : answers.data ? <AnswersTab answers={ofRun} run={run} shown={shown} onShow={toggle} waitsFor={run?.error?.says ?? run?.reason ?? task.run_reason} brought={task.prefills} broughtBy={task.prefilled_by === 'upload' ? 'Prefilled by the upload' : 'Prefilled when the task was created'} /> : <Skeleton height={160} radius={6} />}
            </Tabs.Panel>
            <Tabs.Panel value="instructions" className={css['panel']}>
              {task.instructions ? <Markdown text={task.instructions} /> : <EmptyState title="No instructions">This project has none yet. They are written in the Studio.</EmptyState>}
            </Tabs.Panel>
            <Tabs.Panel value="json" className={css['panel']}><JsonTab taskId={task.id} name={name} /></Tabs.Panel>
            <Tabs.Panel value="timeline" className={css['panel']}><TimelineTab taskId={task.id} /></Tabs.Panel>
            {callbackUrl && <Tabs.Panel value="callbacks" className={css['panel']}><CallbacksTab taskId={task.id} url={callbackUrl} /></Tabs.Panel>}
          </Tabs>
        }
      />}
    </Page>
  )
}

/** The input with every digit, where JavaScript's numbers could not hold them. */
function useExactInput(task: Task): Task['input'] {
  const isRounded = useMemo(() => hasRounded(task.input), [task.input])
  const { data } = useQuery({ ...exactQuery(task.id, 'task'), enabled: isRounded })
  return useMemo(() => (isRounded && data ? unrounded(task.input, fieldOf(readExact(data), 'input')) : task.input), [isRounded, data, task.input])
}

function Layers({ answers, shown, onShow }: { answers: readonly Answer[]; shown: ReadonlySet<string>; onShow: (id: string) => void }) {
  return (
    <div className={css['layers']} role="group" aria-label="Answers over the picture">
      {answers.map((answer) => (
        <button key={answer.id} type="button" className={css['layer']} aria-pressed={shown.has(answer.id)} onClick={() => onShow(answer.id)}>
          {shown.has(answer.id) ? <IconEye size={14} aria-hidden /> : <IconEyeOff size={14} aria-hidden />}
          {answer.step} · {answer.by.name} · {shapesOf(answer).length}
        </button>
      ))}
    </div>
  )
}

const Waiting = () => (
  <>
    <div className={css['head']}><Skeleton width={420} /></div>
    <Split memory="task" usual={440} left={<span />} right={<div className={css['panel']}><Skeleton height={200} radius={6} /></div>} />
  </>
)
