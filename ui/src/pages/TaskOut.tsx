// What takes one task out of the yard: an export of it alone, or the archive.
import { IconArchive, IconDownload } from '@tabler/icons-react'
import { Suspense, lazy, useState } from 'react'
import type { TaskPage as Task } from '@/api/types'
import { useMay } from '@/api/who'
import { IconButton } from '@/design/Button'

const ExportDialog = lazy(() => import('@/features/exports/ExportDialog').then((room) => ({ default: room.ExportDialog })))
const ArchiveDialog = lazy(() => import('@/features/archives/ArchiveDialog').then((room) => ({ default: room.ArchiveDialog })))

export function TaskOut({ task }: { task: Task }) {
  const mayExport = useMay('tasks.export')
  const mayArchive = useMay('archives.write')
  const [asking, setAsking] = useState<'export' | 'archive' | null>(null)
  const one = { selection: { ids: [task.id] }, count: { n: 1, isExact: true } }
  const close = () => setAsking(null)
  return (
    <>
      {mayExport && <IconButton small label="Export" onClick={() => setAsking('export')}><IconDownload size={15} /></IconButton>}
      {mayArchive && <IconButton small label="Archive" onClick={() => setAsking('archive')}><IconArchive size={15} /></IconButton>}
      <Suspense>
        {asking === 'export' && <ExportDialog open {...one} onClose={close} />}
        {/* Once it is there, this page says so by itself, with the way to it. */}
        {asking === 'archive' && <ArchiveDialog {...one} onClose={close} onDone={close} />}
      </Suspense>
    </>
  )
}
