// Uploads: files of tasks on their way in, and what became of the earlier ones.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { IconUpload } from '@tabler/icons-react'
import { isArchived, projectsQuery } from '@/api/projects'
import { useMay } from '@/api/who'
import { Button } from '@/design/Button'
import { EmptyState } from '@/design/Notice'
import { Page } from '@/design/Page'
import { NewUpload } from '@/features/uploads/NewUpload'
import { UploadTable } from '@/features/uploads/UploadTable'
import css from '@/features/uploads/uploads.module.css'
import { useChosen } from '@/features/uploads/use-chosen'
import { useDropped } from '@/features/uploads/use-dropped'
import { useHotkeys } from '@/lib/hotkeys'
import { useRemembered } from '@/lib/remember'

export function UploadsPage() {
  const search = useSearch({ from: '/known/shell/uploads' })
  const navigate = useNavigate({ from: '/uploads' })
  const mayUpload = useMay('uploads.write')
  const projects = (useQuery(projectsQuery).data?.items ?? []).filter((project) => !isArchived(project))
  const [remembered, setRemembered] = useRemembered<string>('uploads.project', '')
  const chosen = useChosen()
  const change = (next: Partial<typeof search>) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true })
  const begin = () => change({ add: true })
  const hovers = useDropped((dropped) => {
    if (!mayUpload) return
    chosen.choose(dropped)
    begin()
  })
  useHotkeys([{ keys: 'n', says: 'Upload a file', disabled: !mayUpload, run: begin }])

  const wanted = search.project ?? remembered
  const project = projects.some((each) => each.id === wanted) ? wanted : projects.length === 1 ? (projects[0]?.id ?? '') : ''
  const close = () => {
    chosen.clear()
    change({ add: undefined })
  }
  return (
    <Page
      title="Uploads"
      trail={[<Link key="tasks" to="/tasks">Tasks</Link>, 'Uploads']}
      body="plain"
      actions={<Button small look="primary" icon={<IconUpload size={14} />} disabledReason={mayUpload ? null : 'Your role may not upload tasks.'} onClick={begin}>Upload</Button>}
    >
      <UploadTable
        open={search.open}
        onOpen={(open) => change({ open })}
        project={search.project}
        empty={
          <EmptyState title="Nothing was uploaded yet" action={<Button look="primary" onClick={begin}>Upload a file</Button>}>
            Drop a CSV, JSON, JSON Lines or Parquet file, a ZIP, or pictures anywhere on this page: one row or one picture becomes one task.
          </EmptyState>
        }
      />
      <NewUpload
        open={Boolean(search.add) && mayUpload}
        onClose={close}
        projects={projects}
        project={project}
        onProject={(id) => {
          setRemembered(id)
          if (search.project) change({ project: undefined })
        }}
        chosen={chosen}
        onSent={() => close()}
      />
      {hovers && mayUpload && <div className={css['dropping']}>Let go to upload</div>}
    </Page>
  )
}
