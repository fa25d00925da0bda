// Auditing from the page of a task: the bar, its dialogs, and on to the next task of the list it was opened from.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { nextReady, nextReadyQuery, useAudit } from '@/api/audits'
import { answersQuery } from '@/api/answers'
import { projectsQuery } from '@/api/projects'
import { taskQuery } from '@/api/tasks'
import type { Project, TaskPage as Task } from '@/api/types'
import { useMay } from '@/api/who'
import { Confirm } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { AuditBar, whyNoVerdict } from '@/features/audits/AuditBar'
import { RejectDialog } from '@/features/audits/RejectDialog'
import { shortId } from '@/lib/format'
import { useHotkeys } from '@/lib/hotkeys'
import { filterOf, readTaskSearch } from '@/lib/task-search'
import { parseSearch } from '@/lib/url-search'
import { TaskFix } from '@/pages/TaskFix'

/** The list a task was opened from, as it stood in the address. */
export const listOf = (from: string | undefined) => readTaskSearch(parseSearch(from ?? ''))

interface Auditing {
  bar: ReactNode
  /** In the place of the page's content while the answer is being fixed. */
  fixing: ReactNode
}

type Asking = 'accept' | 'fix' | 'reject' | null

export function useAuditing(task: Task, from: string | undefined, said: ReactNode, onSaid: (said: ReactNode) => void): Auditing {
  const mayAudit = useMay('audits.write')
  const mayChoose = useMay('tasks.write')
  const whyNot = mayAudit ? whyNoVerdict(task) : 'Your role may not audit.'
  const isAgain = task.can['audit'] != null && whyNot === null
  const [asking, setAsking] = useState<Asking>(null)
  const [isFixing, setFixing] = useState(false)
  const audit = useAudit(task.id)
  const project = useQuery({ ...projectsQuery, enabled: whyNot === null }).data?.items.find((one) => one.id === task.project.id)
  const goOn = useNext(task, from, whyNot === null, onSaid)
  const name = task.external_id ?? shortId(task.id)
  const replaced = `${task.verdict?.by ?? 'Somebody'} has ${task.audit} it. Yours takes its place; theirs stays in the timeline.`
  const close = () => {
    setAsking(null)
    audit.reset()
  }
  const done = (word: string) => {
    setAsking(null)
    setFixing(false)
    void goOn(`${name} was ${word}.`)
  }
  const start = (verdict: NonNullable<Asking>) => {
    if (whyNot !== null || isFixing || asking || audit.isPending) return
    audit.reset()
    if (verdict === 'reject' || isAgain) setAsking(verdict)
    else if (verdict === 'fix') setFixing(true)
    else audit.mutate({ verdict }, { onSuccess: () => done('accepted') })
  }
  useHotkeys(
    mayAudit
      ? [
          { keys: 'a', says: 'Accept', group: 'Audit', disabled: isFixing, run: () => start('accept') },
          { keys: 'f', says: 'Fix', group: 'Audit', disabled: isFixing, run: () => start('fix') },
          { keys: 'r', says: 'Reject, with a reason', group: 'Audit', disabled: isFixing, run: () => start('reject') },
        ]
      : [],
  )
  const isShown = task.status === 'completed' || task.verdict !== null
  return {
    bar: isShown && !isFixing && (
      <>
        <AuditBar task={task} mayAudit={mayAudit} onAccept={() => start('accept')} onFix={() => start('fix')} onReject={() => start('reject')} accepting={audit.isPending && !asking} said={said} />
        {!asking && <ProblemNotice problem={audit.error} />}
        {asking === 'reject' && <RejectDialog rule={rejectedThen(project)} before={isAgain ? replaced : null} onClose={close} pending={audit.isPending} problem={audit.error} steps={mayChoose ? (project?.steps.filter((step) => step.by.some((who) => PEOPLE.has(who))).map((step) => step.id) ?? []) : []} onReject={(reasons, redo_from) => audit.mutate({ verdict: 'reject', reasons, redo_from, again: isAgain }, { onSuccess: () => done('rejected') })} />}
        <Confirm
          open={asking === 'accept' || asking === 'fix'}
          onClose={close}
          title={`Change the verdict on ${name}?`}
          verb={asking === 'fix' ? 'Fix it' : 'Accept it'}
          pending={audit.isPending}
          problem={audit.error}
          onConfirm={() => {
            if (asking === 'fix') {
              setAsking(null)
              setFixing(true)
            } else audit.mutate({ verdict: 'accept', again: true }, { onSuccess: () => done('accepted') })
          }}
        >
          {replaced}
        </Confirm>
      </>
    ),
    fixing: isFixing && <TaskFix task={task} again={isAgain} onFixed={() => done('fixed')} onClose={() => setFixing(false)} />,
  }
}

const PEOPLE = new Set(['people', 'agents'])

/** What the rule of a project makes of a rejected task; nothing is promised before it is known. */
function rejectedThen(project: Project | undefined): string {
  if (!project) return 'Whoever does it again reads the reasons.'
  if (project.on_reject === 'end') return `${project.name} has rejected tasks end as they are: it is not done again.`
  return project.redo_step ? `From ${project.redo_step} on it is done again. Whoever did it gets it first, and reads the reasons.` : 'All that people have done is done again. Whoever did it gets it first, and reads the reasons.'
}

/** Goes to the next task of the list that waits for a verdict; its page is there before it is asked for. */
function useNext(task: Task, from: string | undefined, isWanted: boolean, onSaid: (said: ReactNode) => void): (said: string) => Promise<void> {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const list = listOf(from)
  const filter = filterOf(list)
  const next = useQuery({ ...nextReadyQuery(filter, task.id), enabled: from !== undefined && isWanted }).data
  useQuery({ ...taskQuery(next ?? ''), enabled: Boolean(next) })
  useQuery({ ...answersQuery(next ?? ''), enabled: Boolean(next) })
  return async (said) => {
    if (from === undefined) return onSaid(null)
    const found = await nextReady(filter, task.id).catch(() => null)
    if (!found) return onSaid(<>{said} No other task of <Link to="/tasks" search={list}>the list</Link> waits for a verdict.</>)
    onSaid(said)
    void queries.invalidateQueries({ queryKey: taskQuery(found).queryKey })
    void navigate({ to: '/tasks/$taskId', params: { taskId: found }, search: { from }, replace: true })
  }
}
