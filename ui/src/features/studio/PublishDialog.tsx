// Before a draft becomes the version that new runs use: what changes, line by line.
import { useQuery } from '@tanstack/react-query'
import { isStale, useLookAgain, usePublish, versionsQuery } from '@/api/studio'
import type { Project } from '@/api/types'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { DiffView } from '@/features/studio/DiffView'

interface PublishDialogProps {
  project: Project
  /** The draft that is looked at, and its tag. */
  source: string
  etag: string | null
  onClose: () => void
}

export function PublishDialog({ project, source, etag, onClose }: PublishDialogProps) {
  const versions = useQuery(versionsQuery(project.id))
  const publish = usePublish(project.id)
  const look = useLookAgain(project.id)
  // The list is asked for again after publishing; what is compared stays what was live when the dialog opened.
  const live = versions.data?.items.find((version) => version.number === (publish.data ? publish.data.number - 1 : project.published_version))
  const next = (project.published_version ?? 0) + 1
  if (publish.data) {
    return (
      <Dialog open onClose={onClose} title={`Version ${publish.data.number} is published`}>
        <p>New tasks of {project.name} run through version {publish.data.number}. Runs that are under way keep the version they began with.</p>
        <DialogFoot>
          <Button look="primary" onClick={onClose} data-autofocus>Close</Button>
        </DialogFoot>
      </Dialog>
    )
  }
  return (
    <Dialog open onClose={onClose} title={`Publish version ${next} of ${project.name}`} size={780}>
      <p className="meta">{project.published_version === null ? 'This is the first version: all of it is new.' : `Changes since version ${project.published_version}.`}</p>
      {versions.isPending ? <Skeleton height={180} radius={6} /> : <DiffView before={live?.source ?? ''} after={source} label="Changes to be published" />}
      <ProblemNotice problem={versions.error ?? look.error ?? publish.error} />
      <DialogFoot>
        <Button onClick={onClose}>Not yet</Button>
        {isStale(publish.error) ? (
          <Button look="primary" pending={look.isPending} onClick={() => look.mutate(undefined, { onSuccess: publish.reset })}>
            Look at it again
          </Button>
        ) : (
          <Button look="primary" pending={publish.isPending} onClick={() => publish.mutate(etag)} data-autofocus>
            Publish version {next}
          </Button>
        )}
      </DialogFoot>
    </Dialog>
  )
}
