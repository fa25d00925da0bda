// Deleting an archive: it names what goes, and how much; above a thousand tasks the number is typed.
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useDeleteArchive } from '@/api/archives'
import type { Archive } from '@/api/types'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import css from '@/features/archives/archives.module.css'
import { leftIn } from '@/features/archives/words'
import { count, counted } from '@/lib/format'

const TYPED_ABOVE = 1000

export function DeleteArchive({ archive, onClose, onGone }: { archive: Archive; onClose: () => void; onGone: () => void }) {
  const remove = useDeleteArchive()
  const [typed, setTyped] = useState('')
  const left = leftIn(archive)
  const mustType = left > TYPED_ABOVE
  const why = mustType && Number(typed.replaceAll(/\D/g, '') || NaN) !== left ? `Type ${count(left)} to go on.` : null
  return (
    <Dialog open onClose={onClose} title={`Delete the archive ${archive.name}?`} size={440}>
      <p className={css['says']}>
        {left > 0
          ? `${left === 1 ? '1 task with its runs and answers, and the files that only it used, is' : `${count(left)} tasks with their runs and answers, and the files that only they used, are`} deleted for good. It cannot be undone.`
          : 'Its record and its file are deleted for good. No task is in it, and the list stays as it is.'}
      </p>
      {mustType && <TextInput label={`How many tasks are deleted? Type ${count(left)}`} inputMode="numeric" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus />}
      <ProblemNotice problem={remove.error} />
      <DialogFoot>
        <Button onClick={onClose}>Keep</Button>
        <Button look="danger" disabledReason={why} pending={remove.isPending} onClick={() => remove.mutate(archive.id, { onSuccess: onGone })}>
          {left > 0 ? `Delete ${counted(left, 'task')}` : 'Delete archive'}
        </Button>
      </DialogFoot>
    </Dialog>
  )
}
