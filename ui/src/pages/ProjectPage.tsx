// One project in the Studio: its flow, its instructions, its versions, and itself.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Suspense } from 'react'
import { projectQuery } from '@/api/projects'
import type { Project } from '@/api/types'
import { Button } from '@/design/Button'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { Page } from '@/design/Page'
import { Skeleton } from '@/design/Skeleton'
import { ProjectWorkplace } from '@/features/studio/ProjectWorkplace'
import { asProblem } from '@/lib/problem'

const trail = (name: string) => [<Link key="studio" to="/studio">Studio</Link>, name]

export function ProjectPage() {
  const { projectId } = useParams({ from: '/known/shell/studio/$projectId' })
  const project = useQuery(projectQuery(projectId))
  if (project.data) return <Loaded key={projectId} project={project.data.data} etag={project.data.etag} />
  const missing = project.error && asProblem(project.error).status === 404
  return (
    <Page trail={trail('Project')} title="Project">
      {missing && <EmptyState title="No such project" action={<Button onClick={() => history.back()}>Back</Button>}>{asProblem(project.error).message}</EmptyState>}
      {project.error && !missing && <ProblemNotice problem={project.error} size="page" onRetry={() => void project.refetch()} />}
      {project.isPending && <Skeleton height={320} radius={6} />}
    </Page>
  )
}

function Loaded({ project, etag }: { project: Project; etag: string | null }) {
  const search = useSearch({ from: '/known/shell/studio/$projectId' })
  const navigate = useNavigate({ from: '/studio/$projectId' })
  return (
    <Suspense fallback={<Page trail={trail(project.name)} title={project.name}><Skeleton height={320} radius={6} /></Page>}>
      <ProjectWorkplace
        project={project}
        etag={etag}
        trail={trail(project.name)}
        tab={search.tab ?? 'flow'}
        onTab={(tab) => void navigate({ search: { tab: tab === 'flow' ? undefined : tab }, replace: true })}
        version={search.version}
        onVersion={(version) => void navigate({ search: (old) => ({ ...old, version }), replace: true })}
        onGone={() => void navigate({ to: '/studio', replace: true })}
      />
    </Suspense>
  )
}
