// Two people saved the same flow: both texts are there, and one is chosen knowingly.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { draftQuery } from '@/api/studio'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { DiffView } from '@/features/studio/DiffView'

interface StaleDialogProps {
  project: string
  mine: string
  saving: boolean
  onOverwrite: () => void
  onTakeTheirs: () => void
}

export function StaleDialog({ project, mine, saving, onOverwrite, onTakeTheirs }: StaleDialogProps) {
  const theirs = useQuery({ ...draftQuery(project), staleTime: 0 })
  const [later, setLater] = useState(false)
  if (later) return null
  return (
    <Dialog open onClose={() => setLater(true)} title="Somebody saved this flow after you opened it" size={780}>
      <p className="meta">What yours would change in theirs:</p>
      {theirs.isFetching && !theirs.isFetchedAfterMount ? <Skeleton height={160} radius={6} /> : <DiffView before={theirs.data?.data.source ?? ''} after={mine} label="Theirs and yours" />}
      <ProblemNotice problem={theirs.error} onRetry={() => void theirs.refetch()} />
      <DialogFoot>
        <Button onClick={() => setLater(true)}>Look at mine again</Button>
        <Button onClick={onTakeTheirs}>Take theirs, drop mine</Button>
        <Button look="primary" pending={saving} onClick={onOverwrite}>Save mine over theirs</Button>
      </DialogFoot>
    </Dialog>
  )
}
