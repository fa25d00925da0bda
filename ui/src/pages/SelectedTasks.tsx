// The bar under the list of tasks: what may be done with those that are selected, put together from the features that do it.
import { Link } from '@tanstack/react-router'
import { IconArchive, IconX } from '@tabler/icons-react'
import { Suspense, lazy, useState } from 'react'
import type { Archive } from '@/api/types'
import { useMay } from '@/api/who'
import { Button, IconButton } from '@/design/Button'
import { AllMatching, SelectionBar } from '@/features/tasks/SelectionBar'
import css from '@/features/tasks/tasks.module.css'
import type { Selecting } from '@/features/tasks/use-selection'
import type { SelectedCount } from '@/lib/selection'

const ArchiveDialog = lazy(() => import('@/features/archives/ArchiveDialog').then((room) => ({ default: room.ArchiveDialog })))

export function SelectedTasks({ selecting, all }: { selecting: Selecting; all: SelectedCount }) {
  const mayArchive = useMay('archives.write')
  const [isArchiving, setArchiving] = useState(false)
  const [begun, setBegun] = useState<Archive | null>(null)
  const { selection, count, clear } = selecting
  const noteArchive = (archive: Archive) => {
    setArchiving(false)
    setBegun(archive)
    clear()
  }
  if (!selection) return begun && <Begun archive={begun} onClose={() => setBegun(null)} />
  return (
    <SelectionBar count={count} onClear={clear}>
      <AllMatching selecting={selecting} all={all} />
      {mayArchive && <Button small icon={<IconArchive size={14} />} onClick={() => setArchiving(true)}>Archive…</Button>}
      <Suspense>{isArchiving && <ArchiveDialog selection={selection} count={count} onClose={() => setArchiving(false)} onDone={noteArchive} />}</Suspense>
    </SelectionBar>
  )
}

const Begun = ({ archive, onClose }: { archive: Archive; onClose: () => void }) => (
  <div className={css['selection']} role="status">
    <span className={css['started']}>
      They leave the list as they are archived. <Link to="/archive" search={{ open: archive.id }}>See the archive</Link>
    </span>
    <IconButton small label="Close" onClick={onClose}><IconX size={14} /></IconButton>
  </div>
)
