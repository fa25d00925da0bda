// The columns of the list of projects.
import { Link } from '@tanstack/react-router'
import { isArchived } from '@/api/projects'
import type { Project } from '@/api/types'
import { Time } from '@/design/Time'
import type { Column } from '@/design/table-columns'
import { StepChain } from '@/features/studio/StepChain'
import css from '@/features/studio/ProjectList.module.css'

export const projectColumns: Column<Project>[] = [
  {
    id: 'name',
    head: 'Name',
    min: 200,
    bar: 150,
    cell: (project) => (
      <span className={css['named']}>
        <span className={css['name']}>{project.name}</span>
        {isArchived(project) && <span className={css['mark']}>archived</span>}
        {project.is_playground && <span className={css['mark']}>playground</span>}
        {project.description && <span className={css['about']}>{project.description}</span>}
      </span>
    ),
  },
  { id: 'steps', head: 'Steps', width: 360, from: 900, bar: 240, cell: (project) => <StepChain steps={project.steps} /> },
  {
    id: 'version',
    head: 'Version',
    width: 150,
    from: 520,
    bar: 60,
    cell: (project) => <PublishedVersion project={project} />,
  },
  { id: 'updated', head: 'Updated', width: 110, from: 640, bar: 60, cell: (project) => <Time at={project.updated_at} /> },
  {
    id: 'tasks',
    head: 'Tasks',
    quiet: true,
    width: 76,
    bar: 36,
    cell: (project) => (
      <Link to="/tasks" search={{ project: [project.id] }} onClick={(event) => event.stopPropagation()}>
        Tasks
      </Link>
    ),
  },
]

export const PublishedVersion = ({ project }: { project: Project }) => (
  <span className={css['version']}>
    {project.published_version === null ? <span className="meta">not published</span> : <span className="numbers">v{project.published_version}</span>}
    {project.has_changes && project.published_version !== null && <span className={css['changes']}>changed since</span>}
  </span>
)
