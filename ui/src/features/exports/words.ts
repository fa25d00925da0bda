// What an export or a consumer is of, in words: the projects first, then whatever else narrows it.
import type { Export, ExportInclude } from '@/api/types'
import { ANSWERS, formatName } from '@/features/exports/choices'
import { type Known, chipsOf } from '@/lib/chips'
import { counted } from '@/lib/format'
import type { TaskSearch } from '@/lib/task-search'

/** A selection as the server tells it: how many were chosen, or the filter with how many exceptions. */
export function selectedWords(selection: Record<string, unknown>, known: Known): string {
  if (typeof selection['chosen'] === 'number') return counted(selection['chosen'], 'chosen task')
  const groups = new Map<string, string[]>()
  for (const { label, value, note } of chipsOf((selection['filter'] ?? {}) as TaskSearch, known)) {
    groups.set(label, [...(groups.get(label) ?? []), note ? `${value} (${note})` : value])
  }
  // Only calls narrow by it: the list has no chip for it.
  const { external_id: external } = (selection['filter'] ?? {}) as { external_id?: string }
  if (external) groups.set('External id', [external])
  const projects = groups.get('Project')
  groups.delete('Project')
  const others = [...groups].map(([label, values]) => `${label.toLowerCase()} ${values.join(' or ')}`)
  const narrowed = others.join(' · ')
  // The name of a project stays as it is written.
  const sentence = projects ? [projects.join(', '), ...others].join(' · ') : narrowed ? narrowed.charAt(0).toUpperCase() + narrowed.slice(1) : 'All tasks'
  const excepted = Number(selection['excepted'] ?? 0)
  return excepted > 0 ? `${sentence}, without ${counted(excepted, 'task')}` : sentence
}

const ALSO: Record<ExportInclude, string> = { events: 'events', files: 'files' }

/** Which answers went along, and what else. */
export function answersWords(each: Export): string {
  const answers = each.answers_of ? `of ${each.answers_of}` : (ANSWERS.find((one) => one.value === each.answers)?.label.split(':')[0] ?? each.answers).toLowerCase()
  return [answers, ...each.include.map((one) => ALSO[one])].join(', ')
}

/** The important parts in one line, where there is no room for columns. */
export function briefly(each: Export, until: string | null): string {
  return [
    each.state === 'running' ? `${Math.round(each.progress * 100)} %` : each.state === 'completed' ? counted(each.tasks, 'task') : each.state,
    formatName(each.format),
    each.consumer && `for ${each.consumer.name}`,
    until && `until ${until}`,
  ].filter(Boolean).join(' · ')
}
