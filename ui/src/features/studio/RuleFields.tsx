// What tasks of a project follow by themselves: when they are rejected, when they rest, and when they wait.
import { Select, TextInput } from '@mantine/core'
import type { Project } from '@/api/types'
import css from '@/features/studio/About.module.css'
import type { Texts } from '@/features/studio/use-texts'

const ARCHIVE_DAYS_MAX = 3650
const AGEING_HOURS_MAX = 8_760
const REJECTED: { value: Project['on_reject']; label: string }[] = [
  { value: 'redo', label: 'It is done again' },
  { value: 'end', label: 'It ends as rejected' },
]
const FIRST_OF_PEOPLE = ''

interface RuleFieldsProps {
  project: Project
  texts: Texts
  readOnly: string | null
}

export function RuleFields({ project, texts: { now, write }, readOnly }: RuleFieldsProps) {
  const isFixed = readOnly !== null
  const number = (typed: string) => (typed === '' ? null : Math.trunc(Number(typed)))
  return (
    <fieldset className={css['rules']}>
      <legend>Rules</legend>
      <Select
        label="When an audit rejects a task"
        description="The reasons go along either way."
        data={REJECTED}
        value={now.on_reject}
        readOnly={isFixed}
        allowDeselect={false}
        onChange={(rule) => rule && write({ on_reject: rule as Project['on_reject'] })}
      />
      <Select
        label="Done again from"
        description={now.on_reject === 'end' ? 'Only where it is done again.' : 'With all that people have done behind it. Owners and managers may choose another step as they reject.'}
        data={redoSteps(project, now.redo_step)}
        value={now.redo_step ?? FIRST_OF_PEOPLE}
        readOnly={isFixed}
        disabled={now.on_reject === 'end'}
        allowDeselect={false}
        onChange={(step) => write({ redo_step: step === FIRST_OF_PEOPLE ? null : step })}
      />
      <TextInput
        type="number"
        label="Archive finished tasks after days at rest"
        description="Those that nobody has done anything with for so long leave the list by themselves. Empty means never; tasks that wait always stay."
        placeholder="Never"
        min={1}
        max={ARCHIVE_DAYS_MAX}
        value={now.archive_after_days ?? ''}
        readOnly={isFixed}
        onChange={(event) => write({ archive_after_days: number(event.currentTarget.value) })}
      />
      <TextInput
        type="number"
        label="Move what waits earlier by one number after hours"
        description="So that what comes later than usual does not wait for ever. Empty means never; what has been gained stays."
        placeholder="Never"
        min={1}
        max={AGEING_HOURS_MAX}
        value={now.ageing_hours ?? ''}
        readOnly={isFixed}
        onChange={(event) => write({ ageing_hours: number(event.currentTarget.value) })}
      />
    </fieldset>
  )
}

function redoSteps(project: Project, chosen: string | null) {
  const steps = project.steps.map(({ id }) => ({ value: id, label: id }))
  const isGone = chosen !== null && !steps.some(({ value }) => value === chosen)
  return [{ value: FIRST_OF_PEOPLE, label: 'the first step that people have done' }, ...steps, ...(isGone ? [{ value: chosen, label: `${chosen}, not in the flow any more` }] : [])]
}
