// What is said of an archive in more than one place.
import type { Archive } from '@/api/types'

const UNDER_WAY = new Set(['queued', 'writing', 'removing', 'restoring', 'deleting'])

export const isUnderWay = (archive: Archive): boolean => UNDER_WAY.has(archive.state)

/** Tasks that are in the archive now, and nowhere else. */
export const leftIn = (archive: Archive): number => archive.tasks - archive.restored

export function projectsOf(archive: Archive): string {
  const [first, ...others] = archive.projects
  if (!first) return '–'
  return others.length === 0 ? first.name : `${first.name} and ${others.length} more`
}
