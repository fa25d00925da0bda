// What an export may be: its formats and answers in words, and why some things do not go together.
import type { ExportChoice } from '@/api/exports'
import type { Export, ExportAnswers, ExportFormat } from '@/api/types'
import { chosenProjects, stepsOf } from '@/lib/chips'
import type { Selection } from '@/lib/selection'

export const FORMATS: { value: ExportFormat; label: string; says: string }[] = [
  { value: 'csv', label: 'CSV', says: 'One row a task, for sheets' },
  { value: 'jsonl', label: 'JSON Lines', says: 'One task a line, everything' },
  { value: 'json', label: 'JSON', says: 'The same as one list' },
  { value: 'parquet', label: 'Parquet', says: 'Typed columns, for analysis' },
  { value: 'coco', label: 'COCO', says: 'Regions on pictures, JSON' },
  { value: 'yolo', label: 'YOLO', says: 'Regions on pictures, a ZIP' },
]

export const ANSWERS: { value: ExportAnswers; label: string }[] = [
  { value: 'final', label: 'Final: those of the latest run' },
  { value: 'latest', label: 'Latest: the last one of each step' },
  { value: 'step', label: 'Of one step' },
  { value: 'all', label: 'All: every run, drafts and late work too' },
]

export const formatName = (format: ExportFormat): string => FORMATS.find((each) => each.value === format)?.label ?? format

export const FIRST_CHOICE: ExportChoice = { format: 'csv', answers: 'final', answersOf: '', include: [], consumer: '' }

export const isUnderWay = (each: Export): boolean => each.state === 'queued' || each.state === 'running'

const isOfPictures = (format: ExportFormat) => format === 'coco' || format === 'yolo'

export const whyNoEvents = (choice: ExportChoice): string | null => (isOfPictures(choice.format) ? 'COCO and YOLO have no place for events.' : null)

/** The same without what has no place in the format, and without a step that is not there. */
export function fitting(choice: ExportChoice, steps?: string[]): ExportChoice {
  const include = whyNoEvents(choice) ? choice.include.filter((each) => each !== 'events') : choice.include
  return { ...choice, include, answersOf: steps && !steps.includes(choice.answersOf) ? '' : choice.answersOf }
}

export function whyNotExport(choice: ExportChoice, selection: Selection | null): string | null {
  if (choice.answers === 'step' && !choice.answersOf.trim()) return 'Say which step the answers are of.'
  if (choice.format === 'yolo' && choice.answers === 'all') return 'YOLO has one set of labels for a picture: take the final or the latest answers.'
  const isChosen = selection !== null && ('ids' in selection || selection.except.length > 0)
  if (choice.consumer.trim() && isChosen) return 'A consumer follows a filter, not chosen tasks.'
  return null
}

// Ids stand in the address, and an address has an end.
const IDS_IN_ADDRESS_MAX = 100

export function whyNotDownload(choice: ExportChoice, selection: Selection | null): string | null {
  const why = whyNotExport(choice, selection)
  if (why) return why
  if (choice.consumer.trim()) return 'For a consumer exports are made in the background, where its position is kept.'
  if (selection && 'ids' in selection && selection.ids.length > IDS_IN_ADDRESS_MAX) return 'So many chosen tasks are exported in the background.'
  if (selection && 'except' in selection && selection.except.length > 0) return 'A selection with exceptions is exported in the background.'
  return null
}

/** The same again: what an export was asked for. */
export function askedAgain(each: Export): { first: ExportChoice; selection: Selection | null } {
  const { ids, filter, except } = (each.asked ?? {}) as { ids?: string[]; filter?: Record<string, unknown>; except?: string[] }
  const isAll = Object.keys(filter ?? {}).length === 0 && (except ?? []).length === 0
  const first = { format: each.format, answers: each.answers, answersOf: each.answers_of ?? '', include: each.include, consumer: each.consumer?.name ?? '' }
  return { first, selection: ids ? { ids } : isAll ? null : { filter: filter ?? {}, except: except ?? [] } }
}

/** The steps that the tasks of a selection may have answers of. */
export function stepsInView(projects: { id: string; steps: { id: string }[] }[], selection: Selection | null): string[] {
  const narrowed = selection && 'filter' in selection ? selection.filter['project'] : undefined
  const inView = narrowed === undefined ? projects : chosenProjects(projects, { project: [narrowed].flat().map(String) })
  return stepsOf(inView)
}
