// The bar under the list of tasks: what may be done with those that are selected, put together from the features that do it.
import { Link } from '@tanstack/react-router'
import { IconArchive, IconDownload, IconX } from '@tabler/icons-react'
import { type ReactNode, Suspense, lazy, useState } from 'react'
import { useMay } from '@/api/who'
import { Button, IconButton } from '@/design/Button'
import { AllMatching, SelectionBar } from '@/features/tasks/SelectionBar'
import css from '@/features/tasks/tasks.module.css'
import type { Selecting } from '@/features/tasks/use-selection'
import type { SelectedCount } from '@/lib/selection'

const ArchiveDialog = lazy(() => import('@/features/archives/ArchiveDialog').then((room) => ({ default: room.ArchiveDialog })))

interface SelectedTasksProps {
  selecting: Selecting
  all: SelectedCount
  onExport: () => void
  /** What was begun with an earlier selection, and where it is to be seen. */
  note: ReactNode
  onNote: (note: ReactNode) => void
}

export function SelectedTasks({ selecting, all, onExport, note, onNote }: SelectedTasksProps) {
  const mayArchive = useMay('archives.write')
  const mayExport = useMay('tasks.export')
  const [isArchiving, setArchiving] = useState(false)
  const { selection, count, clear } = selecting
  if (!selection) return note && <Note onClose={() => onNote(null)}>{note}</Note>
  return (
    <SelectionBar count={count} onClear={clear}>
      <AllMatching selecting={selecting} all={all} />
      {mayExport && <Button small icon={<IconDownload size={14} />} onClick={onExport}>Export…</Button>}
      {mayArchive && <Button small icon={<IconArchive size={14} />} onClick={() => setArchiving(true)}>Archive…</Button>}
      <Suspense>
        {isArchiving && (
          <ArchiveDialog
            selection={selection}
            count={count}
            onClose={() => setArchiving(false)}
            onDone={(archive) => {
              setArchiving(false)
              onNote(<>They leave the list as they are archived. <Link to="/archive" search={{ open: archive.id }}>See the archive</Link></>)
              clear()
            }}
          />
        )}
      </Suspense>
    </SelectionBar>
  )
}

const Note = ({ onClose, children }: { onClose: () => void; children: ReactNode }) => (
  <div className={css['selection']} role="status">
    <span className={css['started']}>{children}</span>
    <IconButton small label="Close" onClick={onClose}><IconX size={14} /></IconButton>
  </div>
)
