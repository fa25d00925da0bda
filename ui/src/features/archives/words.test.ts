import { describe, expect, it } from 'vitest'
import type { Archive } from '@/api/types'
import { isUnderWay, leftIn, projectsOf } from '@/features/archives/words'

const archive = (part: Partial<Archive>) => ({ state: 'completed', tasks: 0, restored: 0, projects: [], ...part }) as unknown as Archive
const named = (...names: string[]) => names.map((name) => ({ id: name, name }))

describe('what is said of an archive', () => {
  it('names one project, and counts the others', () => {
    expect(projectsOf(archive({}))).toBe('–')
    expect(projectsOf(archive({ projects: named('Receipts') }))).toBe('Receipts')
    expect(projectsOf(archive({ projects: named('Receipts', 'Messages', 'Photos') }))).toBe('Receipts and 2 more')
  })

  it('counts what is still in it', () => {
    expect(leftIn(archive({ tasks: 5, restored: 2 }))).toBe(3)
  })

  it('is asked about again while a worker is at it', () => {
    const states = ['queued', 'writing', 'removing', 'completed', 'restoring', 'restored', 'failed', 'cancelled', 'deleting'] as const
    expect(states.filter((state) => isUnderWay(archive({ state })))).toEqual(['queued', 'writing', 'removing', 'restoring', 'deleting'])
  })
})
