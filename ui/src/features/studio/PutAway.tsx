// Archiving a project, which can be undone, and deleting it, which cannot.
import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { taskCountQuery, useChangeProject, useDeleteProject } from '@/api/studio'
import type { Project } from '@/api/types'
import { Button } from '@/design/Button'
import { Confirm } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { Section } from '@/design/Section'
import css from '@/features/studio/Studio.module.css'
import { counted, total } from '@/lib/format'

/** From so many tasks on, the number has to be typed. */
const TYPED_FROM = 1_000

export function PutAway({ project, onGone }: { project: Project; onGone: () => void }) {
  const [asking, setAsking] = useState(false)
  const change = useChangeProject(project.id)
  const archived = project.state === 'archived'
  return (
    <>
      <Section
        title={archived ? 'This project is archived' : 'Archive'}
        says={archived ? 'It takes no new tasks. Restoring brings it back as it was.' : 'An archived project takes no new tasks and leaves the lists. Its tasks, answers and versions stay, and it can be restored.'}
        action={
          <Button disabledReason={archived ? project.can.restore : project.can.archive} pending={change.isPending} onClick={() => change.mutate({ state: archived ? 'active' : 'archived' })}>
            {archived ? 'Restore' : 'Archive'}
          </Button>
        }
      >
        <ProblemNotice problem={change.error} />
      </Section>
      <Section
        title="Delete"
        says="Removes the project with all its tasks, answers, versions and files. This cannot be undone."
        action={<Button look="danger" disabledReason={project.can.delete} onClick={() => setAsking(true)}>Delete project</Button>}
      >
        {null}
      </Section>
      {asking && <DeleteProject project={project} onClose={() => setAsking(false)} onGone={onGone} />}
    </>
  )
}

function DeleteProject({ project, onClose, onGone }: { project: Project; onClose: () => void; onGone: () => void }) {
  const count = useQuery(taskCountQuery(project.id))
  const remove = useDeleteProject(project.id)
  const [typed, setTyped] = useState('')
  const tasks = count.data?.total ?? 0
  const mustType = tasks > TYPED_FROM
  const ready = count.data !== undefined && (!mustType || typed.replaceAll(/[^0-9]/g, '') === String(tasks))
  const versions = project.published_version
  return (
    <Confirm open onClose={onClose} title={`Delete ${project.name}?`} verb="Delete project" danger pending={remove.isPending || count.isPending} problem={remove.error ?? count.error} onConfirm={() => ready && remove.mutate(undefined, { onSuccess: onGone })}>
      <div className={css['form']}>
        <p>
          This removes {count.data ? `${total(tasks, count.data.total_is_exact)} ${tasks === 1 ? 'task' : 'tasks'}` : 'its tasks'} with their answers and files
          {versions ? `, ${counted(versions, 'version')} of the flow` : ''} and the instructions. It cannot be undone.
        </p>
        {mustType && <TextInput label={`Type ${tasks} to confirm`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} inputMode="numeric" />}
      </div>
    </Confirm>
  )
}
