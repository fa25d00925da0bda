// The bar under the list of tasks: what may be done with those that are selected, put together from the features that do it.
import { Link } from '@tanstack/react-router'
import { IconArchive, IconDownload, IconX } from '@tabler/icons-react'
import { type ReactNode, Suspense, lazy, useState } from 'react'
import { useMay } from '@/api/who'
import { Button, IconButton } from '@/design/Button'
import { AllMatching, SelectionBar } from '@/features/tasks/SelectionBar'
import css from '@/features/tasks/tasks.module.css'
import type { Selecting } from '@/features/tasks/use-selection'
import { useHotkeys } from '@/lib/hotkeys'
import type { SelectedCount } from '@/lib/selection'

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
  // Here and not beside its button: the plain form of the bar gives way to the whole one, and would take a question along.
  const [isArchiving, setArchiving] = useState(false)
  const { selection, count } = held ?? selecting
  const { clear } = selecting
  if (!selection) return note && <Note onClose={() => onNote(null)}>{note}</Note>
  const hold = (isAsking: boolean) => setHeld(isAsking ? { selection, count } : null)
  const archive = (isAsking: boolean) => {
    setArchiving(isAsking)
    hold(isAsking)
  }
  const others = <Others selecting={selecting} all={all} isAsking={held !== null} onExport={onExport} onArchive={() => archive(true)} />
  return (
    <>
      <Suspense fallback={<SelectionBar count={count} onClear={clear}>{others}</SelectionBar>}>
        <BulkBar selection={selection} count={count} steps={steps} onClear={clear} onRecent={onRecent} onAsking={hold}>
          {others}
        </BulkBar>
      </Suspense>
      <Suspense>
        {isArchiving && (
          <ArchiveDialog
            selection={selection}
            count={count}
            onClose={() => archive(false)}
            onDone={(made) => {
              archive(false)
              onNote(<>They leave the list as they are archived. <Link to="/archive" search={{ open: made.id }}>See the archive</Link></>)
              clear()
            }}
          />
        )}
      </Suspense>
    </>
  )
}

interface OthersProps extends Pick<SelectedTasksProps, 'selecting' | 'all' | 'onExport'> {
  isAsking: boolean
  onArchive: () => void
}

function Others({ selecting, all, isAsking, onExport, onArchive }: OthersProps) {
  const mayArchive = useMay('archives.write')
  const mayExport = useMay('tasks.export')
  useHotkeys([
    ...(mayExport ? [{ keys: 'e', says: 'Export', group: 'Selection', disabled: isAsking, run: onExport }] : []),
    ...(mayArchive ? [{ keys: 'shift+a', says: 'Archive', group: 'Selection', disabled: isAsking, run: onArchive }] : []),
  ])
  return (
    <>
      <AllMatching selecting={selecting} all={all} />
      {mayExport && <Button small keys="e" icon={<IconDownload size={14} />} onClick={onExport}>Export…</Button>}
      {mayArchive && <Button small keys="shift+a" icon={<IconArchive size={14} />} onClick={onArchive}>Archive…</Button>}
    </>
  )
}

const Note = ({ onClose, children }: { onClose: () => void; children: ReactNode }) => (
  <div className={css['selection']} role="status">
    <span className={css['started']}>{children}</span>
    <IconButton small label="Close" onClick={onClose}><IconX size={14} /></IconButton>
  </div>
)
