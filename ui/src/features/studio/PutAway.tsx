// Archiving a project, which can be undone, and deleting one without tasks, which cannot.
import { useState } from 'react'
import { isArchived } from '@/api/projects'
import { useChangeProject, useDeleteProject } from '@/api/studio'
import type { Project } from '@/api/types'
import { Button } from '@/design/Button'
import { Confirm } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { Section } from '@/design/Section'
import { counted } from '@/lib/format'

export function PutAway({ project, onGone }: { project: Project; onGone: () => void }) {
  const [asking, setAsking] = useState(false)
  const change = useChangeProject(project.id)
  const archived = isArchived(project)
  return (
    <>
      <Section
        title={archived ? 'This project is archived' : 'Archive'}
        says={archived ? 'It takes no new tasks. Restoring brings it back as it was.' : 'An archived project takes no new tasks and is not offered for uploads; lists show it last, as archived. Its tasks, answers and versions stay, and it can be restored.'}
        action={
          <Button disabledReason={archived ? project.can.restore : project.can.archive} pending={change.isPending} onClick={() => change.mutate({ change: { state: archived ? 'active' : 'archived' }, etag: null })}>
            {archived ? 'Restore' : 'Archive'}
          </Button>
        }
      >
        <ProblemNotice problem={change.error} />
      </Section>
      <Section
        title="Delete"
        says="Only a project without tasks can be deleted, and that cannot be undone; one with tasks is archived instead."
        action={<Button look="danger" disabledReason={project.can.delete} onClick={() => setAsking(true)}>Delete project</Button>}
      >
        {null}
      </Section>
      {asking && <DeleteProject project={project} onClose={() => setAsking(false)} onGone={onGone} />}
    </>
  )
}

function DeleteProject({ project, onClose, onGone }: { project: Project; onClose: () => void; onGone: () => void }) {
  const remove = useDeleteProject(project.id)
  const versions = project.published_version
  return (
    <Confirm open onClose={onClose} title={`Delete ${project.name}?`} verb="Delete project" danger pending={remove.isPending} problem={remove.error} onConfirm={() => remove.mutate(undefined, { onSuccess: onGone })}>
      This removes the flow{versions ? ` with its ${counted(versions, 'version')}` : ''}, the instructions and the records of its uploads. It cannot be undone.
    </Confirm>
  )
}
