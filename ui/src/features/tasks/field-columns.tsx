// Fields of the input as columns of the task list: those that the projects in view declare.
import { looksLikeFile, thumbnailUrl } from '@/api/files'
import type { JsonSchema, Project, TaskRow } from '@/api/types'
import { chosenProjects, inputFields } from '@/lib/chips'
import { None, type TaskColumn } from '@/features/tasks/columns'
import css from '@/features/tasks/tasks.module.css'
import { Thumbnail } from '@/features/tasks/Thumbnail'
import { exactNumber } from '@/lib/format'
import { INPUT, type TaskSearch } from '@/lib/task-search'

/** As many as the server puts into a row. */
export const FIELDS_MOST = 20

type Kind = 'picture' | 'number' | 'text'

const schemaOf = (project: Project) => project.input_schema as JsonSchema | null

function kindOf(schema: JsonSchema): Kind {
  if (schema['x-kind'] === 'image') return 'picture'
  const types = [schema.type].flat()
  return types.some((type) => type === 'number' || type === 'integer') ? 'number' : 'text'
}

/** One column for each name, whatever the project; it can be sorted by while one project is chosen. */
export function fieldColumns(projects: Project[], search: TaskSearch): TaskColumn[] {
  const kinds = new Map<string, Map<string, Kind>>()
  for (const project of chosenProjects(projects, search))
    for (const [name, schema] of Object.entries(schemaOf(project)?.properties ?? {}))
      kinds.set(name, (kinds.get(name) ?? new Map<string, Kind>()).set(project.id, kindOf(schema)))
  const sorted = new Set(inputFields(projects, search))
  return [...kinds].map(([name, byProject]) => {
    const usual = [...byProject.values()][0]
    return {
      id: INPUT + name,
      head: name,
      width: usual === 'text' ? 160 : 96,
      bar: usual === 'picture' ? 24 : 56,
      ...(usual === 'number' && { align: 'end' as const }),
      ...(sorted.has(name) && { sort: INPUT + name, first: 'up' as const }),
      cell: (task) => <Value of={task} name={name} kind={byProject.get(task.project.id) ?? 'text'} />,
    }
  })
}

/** The fields that the server is to put into the rows, for these columns, in whatever order they stand. */
export const fieldsOf = (columns: TaskColumn[]): string[] => columns.map(({ id }) => id).filter((id) => id.startsWith(INPUT)).slice(0, FIELDS_MOST).sort()

function Value({ of: task, name, kind }: { of: TaskRow; name: string; kind: Kind }) {
  const value = task.fields?.[INPUT + name] as string | number | boolean | null | undefined
  if (value === null || value === undefined || value === '') return <None />
  if (kind === 'picture' && looksLikeFile(value)) return <Thumbnail url={thumbnailUrl(value)} />
  if (typeof value === 'number') return <span className="numbers">{exactNumber(value)}</span>
  const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : value
  return <span className={css['soft']} title={text}>{text}</span>
}
