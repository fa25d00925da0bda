// What people are told to do, as Markdown beside how they will read it.
import { Textarea } from '@mantine/core'
import { useChangeProject } from '@/api/studio'
import type { Project } from '@/api/types'
import { Button } from '@/design/Button'
import { Markdown } from '@/design/Markdown'
import { ProblemNotice } from '@/design/Notice'
import css from '@/features/studio/Studio.module.css'
import { useHotkeys } from '@/lib/hotkeys'

interface InstructionsTabProps {
  project: Project
  readOnly: string | null
  /** What was written and not saved yet; it outlives the tab. */
  own: string | null
  onWrite: (text: string | null) => void
}

export function InstructionsTab({ project, readOnly, own, onWrite }: InstructionsTabProps) {
  const change = useChangeProject(project.id)
  const text = own ?? project.instructions
  const dirty = text !== project.instructions
  const save = () => {
    if (!dirty || readOnly || change.isPending) return
    change.mutate({ instructions: text }, { onSuccess: () => onWrite(null) })
  }
  useHotkeys([{ keys: 'mod+s', says: 'Save the instructions', group: 'Flow', whileTyping: true, run: save }])
  return (
    <div className={css['notes']}>
      <div className={css['notesedit']}>
        <Textarea
          aria-label="Instructions as Markdown"
          classNames={{ root: css['fill'], wrapper: css['fill'], input: css['fillinput'] }}
          placeholder={'# What to do\n\n1. **First** …'}
          value={text}
          readOnly={readOnly !== null || change.isPending}
          onChange={(event) => onWrite(event.currentTarget.value)}
        />
        <div className={css['notesbar']}>
          <span className="meta">Markdown. People read it beside their work; it applies at once, without publishing.</span>
          <ProblemNotice problem={change.error} />
          <Button small look={dirty ? 'primary' : 'plain'} keys="mod+s" disabledReason={readOnly ?? (dirty ? null : 'Everything is saved.')} pending={change.isPending} onClick={save}>
            Save
          </Button>
        </div>
      </div>
      <div className={css['notesread']} aria-label="As people read it">
        {text.trim() ? <Markdown text={text} /> : <p className="meta">What you write stands here as people will read it.</p>}
      </div>
    </div>
  )
}
