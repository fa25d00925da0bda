// The project itself: its name, who may see it, and how it is put away.
import { Checkbox, TextInput, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useChangeProject } from '@/api/studio'
import type { Project } from '@/api/types'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { Section } from '@/design/Section'
import { Id, Time } from '@/design/Time'
import { PutAway } from '@/features/studio/PutAway'
import css from '@/features/studio/Studio.module.css'

interface AboutTabProps {
  project: Project
  readOnly: string | null
  onGone: () => void
}

export function AboutTab({ project, readOnly, onGone }: AboutTabProps) {
  const [own, setOwn] = useState<Partial<Pick<Project, 'name' | 'description' | 'shared_with_clients'>>>({})
  const change = useChangeProject(project.id)
  const now = { name: project.name, description: project.description, shared_with_clients: project.shared_with_clients, ...own }
  const dirty = now.name !== project.name || now.description !== project.description || now.shared_with_clients !== project.shared_with_clients
  const whyNot = readOnly ?? (!now.name.trim() ? 'A project needs a name.' : dirty ? null : 'Everything is saved.')
  return (
    <div className={css['about-page']}>
      <Section title="About" says={<>Made <Time at={project.created_at} />, changed <Time at={project.updated_at} />. <Id id={project.id} label="project id" /></>}>
        <form
          className={css['form']}
          onSubmit={(event) => {
            event.preventDefault()
            if (!whyNot) change.mutate({ ...own, name: now.name.trim() }, { onSuccess: () => setOwn({}) })
          }}
        >
          <TextInput label="Name" maxLength={200} value={now.name} readOnly={readOnly !== null} onChange={(event) => setOwn({ ...own, name: event.currentTarget.value })} />
          <Textarea label="Description" description="One or two sentences, for the lists." autosize minRows={2} maxRows={8} value={now.description} readOnly={readOnly !== null} onChange={(event) => setOwn({ ...own, description: event.currentTarget.value })} />
          <Checkbox
            label="Shared with clients"
            description="Clients of this workspace may see its tasks, upload more and export them."
            checked={now.shared_with_clients}
            disabled={readOnly !== null}
            onChange={(event) => setOwn({ ...own, shared_with_clients: event.currentTarget.checked })}
          />
          <ProblemNotice problem={change.error} />
          <div>
            <Button look="primary" type="submit" disabledReason={whyNot} pending={change.isPending}>Save</Button>
          </div>
        </form>
      </Section>
      <PutAway project={project} onGone={onGone} />
    </div>
  )
}
