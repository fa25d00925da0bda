// Every project of the workspace, and the way to a new one.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { IconPlus, IconRoute } from '@tabler/icons-react'
import { useState } from 'react'
import { useFacts } from '@/api/live'
import { archivedLast, projectsQuery } from '@/api/projects'
import { useMay } from '@/api/who'
import { Button } from '@/design/Button'
import { DataTable } from '@/design/DataTable'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { Page } from '@/design/Page'
import { NewProjectDialog } from '@/features/studio/NewProjectDialog'
import { projectColumns } from '@/features/studio/project-columns'
import { useHotkeys } from '@/lib/hotkeys'

export function StudioPage() {
  const projects = useQuery(projectsQuery)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const mayMake = useMay('projects.write')
  const [making, setMaking] = useState(false)
  const whyNot = mayMake ? null : 'Owners and managers make projects.'
  useHotkeys([{ keys: 'n', says: 'New project', disabled: !mayMake, run: () => setMaking(true) }])
  useFacts((facts) => {
    if (facts.some((fact) => fact.noun === 'project')) void queries.invalidateQueries({ queryKey: ['projects'], exact: true })
  })
  const rows = archivedLast(projects.data?.items ?? [])
  const create = (
    <Button look="primary" icon={<IconPlus size={15} />} disabledReason={whyNot} onClick={() => setMaking(true)}>
      New project
    </Button>
  )
  return (
    <Page trail={['Studio']} title="Studio" body="plain" actions={create}>
      {projects.error ? (
        <ProblemNotice problem={projects.error} size="page" onRetry={() => void projects.refetch()} />
      ) : (
        <DataTable
          label="Projects"
          memory="studio"
          columns={projectColumns}
          rows={rows}
          rowKey={(project) => project.id}
          loading={projects.isPending}
          onOpen={(project) => void navigate({ to: '/studio/$projectId', params: { projectId: project.id } })}
          href={(project) => `/studio/${project.id}`}
          empty={
            <EmptyState title="No projects yet" icon={<IconRoute size={26} stroke={1.5} />} action={create}>
              A project says what a task brings, which steps it passes, and who does each: a model, people, or both.
            </EmptyState>
          }
        />
      )}
      {making && <NewProjectDialog onClose={() => setMaking(false)} onMade={(id) => void navigate({ to: '/studio/$projectId', params: { projectId: id } })} />}
    </Page>
  )
}
