// What people are told to do, as Markdown beside how they will read it.
import { Textarea } from '@mantine/core'
import { Button } from '@/design/Button'
import { Markdown } from '@/design/Markdown'
import { ProblemNotice } from '@/design/Notice'
import css from '@/features/studio/Instructions.module.css'
import type { Texts } from '@/features/studio/use-texts'
import { useHotkeys } from '@/lib/hotkeys'

export function InstructionsTab({ texts, readOnly }: { texts: Texts; readOnly: string | null }) {
  const { instructions: text } = texts.now
  const dirty = texts.isDirty('instructions')
  const save = () => {
    if (dirty && !readOnly && !texts.saving) texts.save('instructions')
  }
  useHotkeys([{ keys: 'mod+s', says: 'Save the instructions', group: 'Flow', whileTyping: true, run: save }])
  return (
    <div className={css['notes']}>
      <div className={css['edit']}>
        <Textarea
          aria-label="Instructions as Markdown"
          classNames={{ root: css['fill'], wrapper: css['fill'], input: css['field'] }}
          placeholder={'# What to do\n\n1. **First** …'}
          value={text}
          readOnly={readOnly !== null || texts.saving}
          onChange={(event) => texts.write({ instructions: event.currentTarget.value })}
        />
        <div className={css['bar']}>
          <span className="meta">Markdown. People read it beside their work; it applies at once, without publishing.</span>
          <ProblemNotice problem={texts.refusalOf('instructions')} />
          <Button small look={dirty ? 'primary' : 'plain'} keys="mod+s" disabledReason={readOnly ?? (dirty ? null : 'Everything is saved.')} pending={texts.saving} onClick={save}>
            Save
          </Button>
        </div>
      </div>
      <div className={css['read']} aria-label="As people read it">
        {text.trim() ? <Markdown text={text} /> : <p className="meta">What you write stands here as people will read it.</p>}
      </div>
    </div>
  )
}
