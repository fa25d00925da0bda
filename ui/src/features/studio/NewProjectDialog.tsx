// A new project begins with a name and a flow that already works.
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useMakeProject } from '@/api/studio'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { StepChain } from '@/features/studio/StepChain'
import css from '@/features/studio/NewProject.module.css'
import { TEMPLATES } from '@/features/studio/templates'

export function NewProjectDialog({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [key, setKey] = useState(TEMPLATES[0]?.key)
  const make = useMakeProject()
  const template = TEMPLATES.find((one) => one.key === key)
  const whyNot = name.trim() ? null : 'A project needs a name.'
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    if (whyNot || make.isPending) return
    make.mutate(
      { name: name.trim(), description: description.trim(), flow: template?.flow, instructions: template?.instructions ?? '' },
      { onSuccess: (project) => onMade(project.id) },
    )
  }
  return (
    <Dialog open onClose={onClose} title="New project" size={560}>
      <form className={css['form']} onSubmit={submit}>
        <TextInput label="Name" maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus required />
        <TextInput label="Description" maxLength={500} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
        <fieldset className={css['templates']}>
          <legend>Begin with</legend>
          {TEMPLATES.map((one) => (
            <label key={one.key} className={css['template']} data-on={one.key === key || undefined}>
              <input type="radio" name="template" value={one.key} checked={one.key === key} onChange={() => setKey(one.key)} />
              <span>
                <span className={css['title']}>{one.title}</span>
                <span className={css['says']}>{one.says}</span>
                <StepChain steps={one.steps} />
              </span>
            </label>
          ))}
        </fieldset>
        <ProblemNotice problem={make.error} />
        <DialogFoot>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabledReason={whyNot} pending={make.isPending}>Create project</Button>
        </DialogFoot>
      </form>
    </Dialog>
  )
}
