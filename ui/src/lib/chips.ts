// Every filter that is on, in words, with the change that takes it off.
import { counted, shortId, signed, words } from '@/lib/format'
import { INPUT, SPANS, type Span, type TaskSearch } from '@/lib/task-search'
import { LOCAL, UTC, daysInWords, localZone } from '@/lib/zones'

export interface FilterChip {
  label: string
  value: string
  /** What is odd about it. */
  note?: string
  without: Partial<TaskSearch>
}

interface KnownProject {
  id: string
  name: string
  steps: { id: string }[]
  input_schema: Record<string, unknown> | null
}

export interface Known {
  /** undefined while nobody knows. */
  projects: KnownProject[] | undefined
  members: { id: string; name: string }[] | undefined
}

export const GONE_FROM_FLOW = 'not in the flow any more'
const GONE = 'not here any more'
const SPAN_WORDS: Record<Span, string> = { created: 'Created', completed: 'Completed', submitted: 'Last submitted' }

const without = <Item extends string>(list: Item[] | undefined, item: Item): Item[] | undefined => {
  const rest = list?.filter((each) => each !== item)
  return rest && rest.length > 0 ? rest : undefined
}

/** The projects that the list is narrowed to; without any, all of them. */
export const chosenProjects = <Project extends { id: string }>(projects: Project[], search: Pick<TaskSearch, 'project'>): Project[] =>
  projects.filter((project) => !search.project || search.project.includes(project.id))

export const stepsOf = (projects: Pick<KnownProject, 'steps'>[]): string[] => [...new Set(projects.flatMap((project) => project.steps.map((step) => step.id)))]

/** The fields of one project's input, to sort by; none while the list shows several projects. */
export function inputFields(projects: KnownProject[], search: TaskSearch): string[] {
  const [one, ...others] = search.project ? chosenProjects(projects, search) : []
  if (!one || others.length > 0 || search.project?.length !== 1) return []
  return Object.keys((one.input_schema?.['properties'] as object | undefined) ?? {})
}

/** Whether the list is sorted by a field that the project's input no longer has. */
export function isOrderGone(projects: KnownProject[] | undefined, search: TaskSearch): boolean {
  const name = search.sort?.replace(/^-/, '') ?? ''
  return Boolean(projects) && name.startsWith(INPUT) && !inputFields(projects ?? [], search).includes(name.slice(INPUT.length))
}

export function chipsOf(search: TaskSearch, known: Known): FilterChip[] {
  const nameOf = (id: string) => known.projects?.find((project) => project.id === id)?.name
  const personOf = (id: string) => known.members?.find((member) => member.id === id)?.name
  const steps = known.projects && stepsOf(chosenProjects(known.projects, search))
  const chips: (FilterChip | false | undefined)[] = [
    search.q !== undefined && { label: 'Text', value: search.q, without: { q: undefined } },
    ...(search.status ?? []).map((status) => ({ label: 'Status', value: words(status), without: { status: without(search.status, status) } })),
    search.redo !== undefined && { label: 'Status', value: search.redo ? 'redo' : 'not redo', without: { redo: undefined } },
    ...(search.project ?? []).map((id) => ({ label: 'Project', value: nameOf(id) ?? shortId(id), note: known.projects && nameOf(id) === undefined ? GONE : undefined, without: { project: without(search.project, id) } })),
    search.step !== undefined && { label: 'Step', value: search.step, note: steps && !steps.includes(search.step) ? GONE_FROM_FLOW : undefined, without: { step: undefined } },
    search.batch !== undefined && { label: 'Batch', value: search.batch, without: { batch: undefined } },
    search.batch_contains !== undefined && { label: 'Batch contains', value: search.batch_contains, without: { batch_contains: undefined } },
    ...(search.audit ?? []).map((audit) => ({ label: 'Audit', value: audit, without: { audit: without(search.audit, audit) } })),
    ...(['reserved_by', 'answered_by'] as const).flatMap((by) =>
      (search[by] ?? []).map((id) => ({ label: by === 'reserved_by' ? 'Reserved by' : 'Answered by', value: personOf(id) ?? shortId(id), note: known.members && personOf(id) === undefined ? GONE : undefined, without: { [by]: without(search[by], id) } })),
    ),
    priorityChip(search),
    ...SPANS.map((span) => spanChip(search, span)),
    ...(search.metadata ?? []).map((pair) => ({ label: 'Metadata', value: pair.replace('=', ' = '), without: { metadata: without(search.metadata, pair) } })),
    search.mine && { label: 'Created by', value: 'me', without: { mine: undefined } },
    search.upload !== undefined && { label: 'Upload', value: shortId(search.upload), without: { upload: undefined } },
    search.ids && { label: 'Only', value: `${counted(search.ids.length, 'task')} by id`, without: { ids: undefined } },
    isOrderGone(known.projects, search) && { label: 'Sorted by', value: (search.sort ?? '').replace(/^-?input\./, ''), note: GONE_FROM_FLOW, without: { sort: undefined } },
  ]
  return chips.filter((chip) => chip !== false && chip !== undefined)
}

function priorityChip({ priority_min: least, priority_max: most }: TaskSearch): FilterChip | undefined {
  if (least === undefined && most === undefined) return undefined
  const value = least === most ? signed(least ?? 0) : least === undefined ? `up to ${signed(most ?? 0)}` : most === undefined ? `from ${signed(least)}` : `${signed(least)} to ${signed(most)}`
  return { label: 'Priority', value, without: { priority_min: undefined, priority_max: undefined } }
}

function spanChip(search: TaskSearch, span: Span): FilterChip | undefined {
  const days = daysInWords(search[`${span}_from`], search[`${span}_to`])
  if (!days) return undefined
  return { label: SPAN_WORDS[span], value: `${days}, ${search.zone === LOCAL ? localZone() : (search.zone ?? UTC)}`, without: { [`${span}_from`]: undefined, [`${span}_to`]: undefined } }
}
