// Archiving a selection: what will go, what will stay and why, before anything is done.
import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { archiveLookQuery, useArchive } from '@/api/archives'
import type { Archive, ArchiveLook } from '@/api/types'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import css from '@/features/archives/archives.module.css'
import { count, counted, totalOf } from '@/lib/format'
import type { SelectedCount, Selection } from '@/lib/selection'

interface ArchiveDialogProps {
  selection: Selection
  count: SelectedCount
  onClose: () => void
  /** The archive is noted and a worker is at it; the tasks leave the list as they go. */
  onDone: (archive: Archive) => void
}

export function ArchiveDialog({ selection, count: selected, onClose, onDone }: ArchiveDialogProps) {
  const look = useQuery(archiveLookQuery(selection))
  const archive = useArchive()
  const [name, setName] = useState('')
  const may = look.data?.archivable ?? 0
  const why = look.isPending ? 'Looking what can be archived.' : look.error ? 'It is not known what can be archived.' : may === 0 ? 'None of these tasks can be archived now.' : null
  const submit = () => {
    if (!why && !archive.isPending) archive.mutate({ selection, name: name.trim() || null }, { onSuccess: onDone })
  }
  return (
    <Dialog open onClose={onClose} title={`Archive ${totalOf(selected.n, selected.isExact, 'task')}?`}>
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <p className={css['says']}>They leave the list with everything they made. The archive can be downloaded, and restored as it was.</p>
        {look.data ? <Counts look={look.data} /> : look.error ? <ProblemNotice problem={look.error} onRetry={() => void look.refetch()} /> : <Skeleton height={44} radius={6} />}
        <TextInput label="Name" placeholder="The name of the project" maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
        <ProblemNotice problem={archive.error} />
        <DialogFoot>
          <Button onClick={onClose}>Keep in the list</Button>
          <Button look="primary" type="submit" disabledReason={why} pending={archive.isPending}>
            {may > 0 ? `Archive ${counted(may, 'task')}` : 'Archive'}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  )
}

/** How many go, and how many stay for which reason. */
function Counts({ look }: { look: ArchiveLook }) {
  return (
    <dl className={css['counts']}>
      <dt className="numbers">{count(look.archivable)}</dt>
      <dd>can be archived.</dd>
      {look.refused.map((each) => (
        <div key={each.reason} className={css['stays']}>
          <dt className="numbers">{count(each.count)}</dt>
          <dd>{each.count === 1 ? 'stays' : 'stay'}: {each.says.charAt(0).toLowerCase() + each.says.slice(1)}</dd>
        </div>
      ))}
    </dl>
  )
}
