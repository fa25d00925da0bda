// The project itself: its name, who may see it, what its tasks follow, and how it is put away.
import { Checkbox, TextInput, Textarea } from '@mantine/core'
import type { Project } from '@/api/types'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { Section } from '@/design/Section'
import { Id, Time } from '@/design/Time'
import { PutAway } from '@/features/studio/PutAway'
import { RuleFields } from '@/features/studio/RuleFields'
import css from '@/features/studio/About.module.css'
import { ABOUT, type Texts } from '@/features/studio/use-texts'

interface AboutTabProps {
  project: Project
  texts: Texts
  readOnly: string | null
  onGone: () => void
}

export function AboutTab({ project, texts, readOnly, onGone }: AboutTabProps) {
  const { now, write } = texts
  const whyNot = readOnly ?? (!now.name.trim() ? 'A project needs a name.' : texts.isDirty(...ABOUT) ? null : 'Everything is saved.')
  return (
    <div className={css['page']}>
      <Section title="About" says={<>Made <Time at={project.created_at} />, changed <Time at={project.updated_at} />. <Id id={project.id} label="project id" /></>}>
        <form
          className={css['form']}
          onSubmit={(event) => {
            event.preventDefault()
            if (!whyNot && !texts.saving) texts.save(...ABOUT)
          }}
        >
          <TextInput label="Name" maxLength={200} value={now.name} readOnly={readOnly !== null} onChange={(event) => write({ name: event.currentTarget.value })} />
          <Textarea label="Description" description="One or two sentences, for the lists." autosize minRows={2} maxRows={8} value={now.description} readOnly={readOnly !== null} onChange={(event) => write({ description: event.currentTarget.value })} />
          <Checkbox
            label="Shared with clients"
            description="Clients of this workspace may see its tasks, upload more and export them."
            checked={now.shared_with_clients}
            disabled={readOnly !== null}
            onChange={(event) => write({ shared_with_clients: event.currentTarget.checked })}
          />
          <RuleFields project={project} texts={texts} readOnly={readOnly} />
          <ProblemNotice problem={texts.refusalOf(...ABOUT)} />
          <div>
            <Button look="primary" type="submit" disabledReason={whyNot} pending={texts.saving}>Save</Button>
          </div>
        </form>
      </Section>
      <PutAway project={project} onGone={onGone} />
    </div>
  )
}
