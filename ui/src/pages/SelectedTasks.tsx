// The bar under the list of tasks: what may be done with those that are selected, put together from the features that do it.
import { Link } from '@tanstack/react-router'
import { IconArchive, IconDownload, IconX } from '@tabler/icons-react'
import { type ReactNode, Suspense, lazy, useState } from 'react'
import { useMay } from '@/api/who'
import { Button, IconButton } from '@/design/Button'
import { AllMatching, SelectionBar } from '@/features/tasks/SelectionBar'
import css from '@/features/tasks/tasks.module.css'
import type { Selecting } from '@/features/tasks/use-selection'
import type { SelectedCount, Selection } from '@/lib/selection'

const ArchiveDialog = lazy(() => import('@/features/archives/ArchiveDialog').then((room) => ({ default: room.ArchiveDialog })))

// Fetched with the first selection; its plain form stands in for the moment.
const BulkBar = lazy(() => import('@/features/bulk/BulkBar').then((room) => ({ default: room.BulkBar })))

interface SelectedTasksProps {
  selecting: Selecting
  all: SelectedCount
  /** That the selected tasks may stand at. */
  steps: string[]
  onExport: () => void
  onRecent: () => void
  /** What was begun with an earlier selection, and where it is to be seen. */
  note: ReactNode
  onNote: (note: ReactNode) => void
}

export function SelectedTasks({ selecting, all, steps, onExport, onRecent, note, onNote }: SelectedTasksProps) {
  const [held, setHeld] = useState<Pick<Selecting, 'selection' | 'count'> | null>(null)
  const { selection, count } = held ?? selecting
  const { clear } = selecting
  if (!selection) return note && <Note onClose={() => onNote(null)}>{note}</Note>
  const others = <Others selection={selection} selecting={selecting} all={all} onExport={onExport} onNote={onNote} onAsking={(isAsking) => setHeld(isAsking ? { selection, count } : null)} />
  return (
    <Suspense fallback={<SelectionBar count={count} onClear={clear}>{others}</SelectionBar>}>
      <BulkBar selection={selection} count={count} steps={steps} onClear={clear} onRecent={onRecent} onAsking={(isAsking) => setHeld(isAsking ? { selection, count } : null)}>
        {others}
      </BulkBar>
    </Suspense>
  )
}

interface OthersProps extends Pick<SelectedTasksProps, 'selecting' | 'all' | 'onExport' | 'onNote'> {
  selection: Selection
  onAsking: (isAsking: boolean) => void
}

function Others({ selection, selecting, all, onExport, onNote, onAsking }: OthersProps) {
  const mayArchive = useMay('archives.write')
  const mayExport = useMay('tasks.export')
  const [isArchiving, setArchiving] = useState(false)
  const ask = (isAsking: boolean) => {
    setArchiving(isAsking)
    onAsking(isAsking)
  }
  return (
    <>
      <AllMatching selecting={selecting} all={all} />
      {mayExport && <Button small icon={<IconDownload size={14} />} onClick={onExport}>Export…</Button>}
      {mayArchive && <Button small icon={<IconArchive size={14} />} onClick={() => ask(true)}>Archive…</Button>}
      <Suspense>
        {isArchiving && (
          <ArchiveDialog
            selection={selection}
            count={selecting.count}
            onClose={() => ask(false)}
            onDone={(archive) => {
              ask(false)
              onNote(<>They leave the list as they are archived. <Link to="/archive" search={{ open: archive.id }}>See the archive</Link></>)
              selecting.clear()
            }}
          />
        )}
      </Suspense>
    </>
  )
}

const Note = ({ onClose, children }: { onClose: () => void; children: ReactNode }) => (
  <div className={css['selection']} role="status">
    <span className={css['started']}>{children}</span>
    <IconButton small label="Close" onClick={onClose}><IconX size={14} /></IconButton>
  </div>
)
