import { expect, test } from 'vitest'
import { exportBody, streamUrl } from '@/api/exports'
import { FIRST_CHOICE, fitting, stepsInView, whyNotDownload, whyNotExport } from '@/features/exports/choices'

const filter = { filter: { status: ['completed'], q: 'a&b', sort: 'priority' }, except: [] }

test('a straight download has the filters of the list and the choice in its address', () => {
  const url = new URL(streamUrl({ ...FIRST_CHOICE, include: ['files', 'events'] }, filter), 'http://here')
  expect(url.pathname).toBe('/api/v1/tasks/export')
  expect([...url.searchParams]).toEqual([['status', 'completed'], ['q', 'a&b'], ['format', 'csv'], ['answers', 'final'], ['include', 'files'], ['include', 'events']])
})

test('without a selection everything is asked for', () => {
  expect(exportBody(FIRST_CHOICE, null)).toEqual({ format: 'csv', answers: 'final', include: [] })
  expect(streamUrl(FIRST_CHOICE, null)).toBe('/api/v1/tasks/export?format=csv&answers=final')
})

test('what does not go together says why', () => {
  expect(whyNotExport({ ...FIRST_CHOICE, answers: 'step' }, null)).toMatch(/which step/)
  expect(whyNotExport({ ...FIRST_CHOICE, format: 'yolo', answers: 'all' }, null)).toMatch(/one set of labels/)
  expect(whyNotExport({ ...FIRST_CHOICE, consumer: 'billing' }, { ids: ['a'] })).toMatch(/follows a filter/)
  expect(whyNotExport({ ...FIRST_CHOICE, consumer: 'billing' }, filter)).toBeNull()
  expect(whyNotDownload({ ...FIRST_CHOICE, consumer: 'billing' }, filter)).toMatch(/in the background/)
  expect(whyNotDownload(FIRST_CHOICE, { filter: {}, except: ['a'] })).toMatch(/exceptions/)
  expect(whyNotDownload(FIRST_CHOICE, { ids: Array.from({ length: 101 }, String) })).toMatch(/So many/)
  expect(fitting({ ...FIRST_CHOICE, format: 'coco', include: ['events', 'files'] }).include).toEqual(['files'])
})

test('the steps to choose from are those of the projects in view', () => {
  const projects = [{ id: 'a', steps: [{ id: 'label' }] }, { id: 'b', steps: [{ id: 'label' }, { id: 'details' }] }]
  expect(stepsInView(projects, null)).toEqual(['label', 'details'])
  expect(stepsInView(projects, { filter: { project: 'a' }, except: [] })).toEqual(['label'])
  expect(stepsInView(projects, { filter: { project: ['b'] }, except: [] })).toEqual(['label', 'details'])
  expect(stepsInView(projects, { ids: ['t'] })).toEqual(['label', 'details'])
  const chosen = { ...FIRST_CHOICE, answers: 'step' as const, answersOf: 'details' }
  expect([fitting(chosen).answersOf, fitting(chosen, ['label']).answersOf, fitting(chosen, ['details']).answersOf]).toEqual(['details', '', 'details'])
})
