// Exports: tasks on their way out, what was made earlier, and who is given what changed.
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { useMay } from '@/api/who'
import { Button } from '@/design/Button'
import { EmptyState } from '@/design/Notice'
import { Page } from '@/design/Page'
import type { Export } from '@/api/types'
import { Consumers } from '@/features/exports/Consumers'
import { ExportDialog } from '@/features/exports/ExportDialog'
import { ExportPanel } from '@/features/exports/ExportPanel'
import { ExportTable } from '@/features/exports/ExportTable'
import { askedAgain } from '@/features/exports/choices'
import { useHotkeys } from '@/lib/hotkeys'

export function ExportsPage() {
  const search = useSearch({ from: '/known/shell/exports' })
  const navigate = useNavigate({ from: '/exports' })
  const mayExport = useMay('tasks.export')
  const [again, setAgain] = useState<Export | null>(null)
  const show = (add?: boolean) => void navigate({ search: (now) => ({ ...now, add }), replace: true })
  const open = (id: string | undefined) => void navigate({ search: { open: id }, replace: true })
  useHotkeys([{ keys: 'n', says: 'Export tasks', disabled: !mayExport, run: () => show(true) }])

  if (!mayExport) {
    return (
      <Page title="Exports" trail={[<Link key="tasks" to="/tasks">Tasks</Link>, 'Exports']} body="plain">
        <EmptyState title="Your role does not export" action={<Link to="/tasks" search={{}}>See the tasks</Link>}>Owners, managers and clients take tasks out.</EmptyState>
      </Page>
    )
  }
  return (
    <Page
      title="Exports"
      trail={[<Link key="tasks" to="/tasks">Tasks</Link>, 'Exports']}
      body="plain"
      actions={<Button small look="primary" icon={<IconDownload size={14} />} onClick={() => show(true)}>Export</Button>}
      foot={<Consumers />}
      side={search.open && <ExportPanel key={search.open} id={search.open} onClose={() => open(undefined)} onAgain={setAgain} />}
    >
      <ExportTable
        open={search.open}
        onOpen={open}
        empty={
          <EmptyState title="Nothing was exported yet" icon={<IconDownload size={22} />} action={<Button look="primary" onClick={() => show(true)}>Export tasks</Button>}>
            Take all tasks out here, or choose some in the list of tasks. What is made in the background is kept here for a while.
          </EmptyState>
        }
      />
      <ExportDialog open={Boolean(search.add)} onClose={() => show()} />
      {again && <ExportDialog open title={`Export ${again.file_name} again`} {...askedAgain(again)} onClose={() => setAgain(null)} onAsked={(made) => open(made.id)} />}
    </Page>
  )
}
