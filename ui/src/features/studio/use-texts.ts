// The texts of a project under the hands: name, description, instructions and sharing, each until it is saved.
import { useState } from 'react'
import { isStale, useChangeProject } from '@/api/studio'
import type { Project } from '@/api/types'

type Fields = Pick<Project, 'name' | 'description' | 'instructions' | 'shared_with_clients' | 'archive_after_days' | 'ageing_hours' | 'on_reject' | 'redo_step'>
type Field = keyof Fields

/** What the tab of that name shows. */
export const ABOUT: Field[] = ['name', 'description', 'shared_with_clients', 'archive_after_days', 'ageing_hours', 'on_reject', 'redo_step']

export interface Texts {
  /** What stands on this page, saved or not. */
  now: Fields
  isDirty: (...fields: Field[]) => boolean
  write: (part: Partial<Fields>) => void
  save: (...fields: Field[]) => void
  saving: boolean
  /** Why the last save of any of these was refused. */
  refusalOf: (...fields: Field[]) => Error | null
  /** Somebody changed the project after this was begun: both, as they would be read. */
  conflict: { theirs: string; mine: string } | null
  overwrite: () => void
  takeTheirs: () => void
}

export function useTexts(project: Project, etag: string | null): Texts {
  const [own, setOwn] = useState<Partial<Fields>>({})
  // The tag of what one's own grew from: with another, somebody was faster.
  const [grewFrom, setGrewFrom] = useState(etag)
  const change = useChangeProject(project.id)
  const { name, description, instructions, shared_with_clients, archive_after_days, ageing_hours, on_reject, redo_step } = project
  const saved: Fields = { name, description, instructions, shared_with_clients, archive_after_days, ageing_hours, on_reject, redo_step }
  const now = { ...saved, ...own }
  const asked: Partial<Fields> = change.variables?.change ?? {}
  const drop = (part: Partial<Fields>) => setOwn((current) => fieldsOf(current, (field) => !(field in part) || current[field] !== own[field]))

  const store = (part: Partial<Fields>, under: string | null) =>
    change.mutate(
      { change: part, etag: under },
      {
        onSuccess: ({ etag: next }) => {
          // What was typed while it was being saved stays.
          drop(part)
          setGrewFrom(next)
        },
      },
    )
  return {
    now,
    isDirty: (...fields) => fields.some((field) => now[field] !== saved[field]),
    write: (part) => {
      if (Object.keys(own).length === 0) setGrewFrom(etag)
      setOwn({ ...own, ...part })
    },
    save: (...fields) => store(fieldsOf({ ...own, name: now.name.trim() }, (field) => field in own && fields.includes(field)), grewFrom),
    saving: change.isPending,
    refusalOf: (...fields) => (fields.some((field) => field in asked) ? change.error : null),
    conflict: change.error && isStale(change.error) ? { theirs: asText(fieldsOf(saved, (field) => field in asked)), mine: asText(asked) } : null,
    // Refused, the project was read again: this tag is that of what was compared with.
    overwrite: () => store(asked, etag),
    takeTheirs: () => {
      drop(asked)
      change.reset()
    },
  }
}

function fieldsOf(fields: Partial<Fields>, isIn: (field: Field) => boolean): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => isIn(field as Field)))
}

const LABELS: Record<Field, string> = { name: 'Name', description: 'Description', instructions: 'Instructions', shared_with_clients: 'Shared with clients', archive_after_days: 'Archive after days', ageing_hours: 'Earlier by one number after hours', on_reject: 'Rejected', redo_step: 'Done again from' }

const asText = (fields: Partial<Fields>): string =>
  Object.entries(fields)
    .map(([field, value]) => (field === 'instructions' ? value : `${LABELS[field as Field]}: ${value === true ? 'yes' : value === false ? 'no' : (value ?? (field === 'redo_step' ? 'the first step that people have done' : 'never'))}`))
    .join('\n')
