// Two people changed the same thing: both texts are there, and one is chosen knowingly.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { draftQuery } from '@/api/studio'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { DiffView } from '@/features/studio/DiffView'

interface StaleDialogProps {
  title: string
  /** Null while it is being read. */
  theirs: string | null
  mine: string
  problem?: unknown
  onRetry?: () => void
  saving: boolean
  onOverwrite: () => void
  onTakeTheirs: () => void
}

export function StaleDialog({ title, theirs, mine, problem, onRetry, saving, onOverwrite, onTakeTheirs }: StaleDialogProps) {
  const [later, setLater] = useState(false)
  if (later) return null
  return (
    <Dialog open onClose={() => setLater(true)} title={title} size={780}>
      <p className="meta">What yours would change in theirs:</p>
      {theirs === null ? <Skeleton height={160} radius={6} /> : <DiffView before={theirs} after={mine} label="Theirs and yours" />}
      <ProblemNotice problem={problem} onRetry={onRetry} />
      <DialogFoot>
        <Button onClick={() => setLater(true)}>Look at mine again</Button>
        <Button onClick={onTakeTheirs}>Take theirs, drop mine</Button>
        <Button look="primary" pending={saving} onClick={onOverwrite}>Save mine over theirs</Button>
      </DialogFoot>
    </Dialog>
  )
}

type StaleFlowProps = Pick<StaleDialogProps, 'mine' | 'saving' | 'onOverwrite' | 'onTakeTheirs'> & { project: string }

export function StaleFlowDialog({ project, ...rest }: StaleFlowProps) {
  const theirs = useQuery({ ...draftQuery(project), staleTime: 0 })
  const isRead = !theirs.isFetching || theirs.isFetchedAfterMount
  return (
    <StaleDialog
      title="Somebody saved this flow after you opened it"
      theirs={isRead ? (theirs.data?.data.source ?? '') : null}
      problem={theirs.error}
      onRetry={() => void theirs.refetch()}
      {...rest}
    />
  )
}
