// Archive: what has left the list, when and by whom, and the way back.
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useCancelArchive, useRestoreArchive } from '@/api/archives'
import type { Archive } from '@/api/types'
import { Confirm } from '@/design/Dialog'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { Page } from '@/design/Page'
import { ArchivePanel } from '@/features/archives/ArchivePanel'
import { ArchiveTable } from '@/features/archives/ArchiveTable'
import { DeleteArchive } from '@/features/archives/DeleteArchive'
import css from '@/features/archives/archives.module.css'
import { leftIn } from '@/features/archives/words'
import { counted } from '@/lib/format'

export function ArchivePage() {
  const { open } = useSearch({ from: '/known/shell/archive' })
  const navigate = useNavigate({ from: '/archive' })
  const [deleting, setDeleting] = useState<Archive | null>(null)
  const [restoring, setRestoring] = useState<Archive | null>(null)
  const cancel = useCancelArchive()
  const restore = useRestoreArchive()
  const show = (id: string | undefined) => void navigate({ search: { open: id }, replace: true })
  return (
    <Page
      title="Archive"
      trail={[<Link key="tasks" to="/tasks">Tasks</Link>, 'Archive']}
      body="plain"
      side={open && <ArchivePanel id={open} onClose={() => show(undefined)} />}
    >
      {cancel.error && <div className={css['refusal']}><ProblemNotice problem={cancel.error} /></div>}
      <ArchiveTable
        open={open}
        onOpen={show}
        onRestore={setRestoring}
        onCancel={(archive) => cancel.mutate(archive.id)}
        onDelete={setDeleting}
        empty={
          <EmptyState title="Nothing is archived yet" action={<Link to="/tasks" search={{ status: ['completed'] }}>Show completed tasks</Link>}>
            Select finished tasks in the list and choose Archive: they leave it with everything they made, and can be restored. A project can do so by itself, after days at rest: set it in the Studio, under About.
          </EmptyState>
        }
      />
      {restoring && (
        <Confirm
          open
          onClose={() => setRestoring(null)}
          title={`Restore ${restoring.name}?`}
          verb={`Restore ${counted(leftIn(restoring), 'task')}`}
          pending={restore.isPending}
          problem={restore.error}
          onConfirm={() => restore.mutate({ id: restoring.id, ids: null }, { onSuccess: () => setRestoring(null) })}
        >
          They come back to the list as they were. What cannot, because its project was deleted or another task has its external id, stays in the archive and says why.
        </Confirm>
      )}
      {deleting && (
        <DeleteArchive
          archive={deleting}
          onClose={() => setDeleting(null)}
          onGone={() => {
            if (open === deleting.id) show(undefined)
            setDeleting(null)
          }}
        />
      )}
    </Page>
  )
}
