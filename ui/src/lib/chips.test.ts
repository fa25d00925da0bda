import { expect, test } from 'vitest'
import { chipsOf, inputFields, isOrderGone } from '@/lib/chips'

const ONE = '0199f1de-0000-7000-8000-000000000001'
const projects = [{ id: ONE, name: 'Harbour', steps: [{ id: 'label' }], input_schema: { properties: { text: {}, total: {} } } }]
const known = { projects, members: [] }

test('every filter says what it does and how it comes off', () => {
  const chips = chipsOf({ status: ['queued', 'failed'], redo: true, project: [ONE], batch_contains: 'ma', priority_min: -5, created_from: '2026-11-01', zone: 'US Pacific', mine: true }, known)
  expect(chips.map(({ label, value }) => `${label} ${value}`)).toEqual([
    'Status queued', 'Status failed', 'Status redo', 'Project Harbour', 'Batch contains ma', 'Priority from −5', 'Created from 1 Nov 2026, US Pacific', 'Created by me',
  ])
  expect(chips[0]?.without).toEqual({ status: ['failed'] })
  expect(chips[6]?.without).toEqual({ created_from: undefined, created_to: undefined })
})

test('a step, a project or a person that is no more is marked, once that is known', () => {
  const search = { step: 'gone', project: ['0199f1de-0000-7000-8000-00000000000f'], reserved_by: [ONE] }
  expect(chipsOf(search, known).map((chip) => chip.note)).toEqual(['not here any more', 'not in the flow any more', 'not here any more'])
  expect(chipsOf(search, { projects: undefined, members: undefined }).map((chip) => chip.note)).toEqual([undefined, undefined, undefined])
})

test('an order by a field that the input no longer has shows as a chip', () => {
  expect(inputFields(projects, { project: [ONE] })).toEqual(['text', 'total'])
  expect(inputFields(projects, {})).toEqual([])
  expect(isOrderGone(projects, { project: [ONE], sort: '-input.total' })).toBe(false)
  expect(isOrderGone(undefined, { project: [ONE], sort: '-input.weight' })).toBe(false)
  expect(chipsOf({ project: [ONE], sort: '-input.weight' }, known).at(-1)).toEqual({ label: 'Sorted by', value: 'weight', note: 'not in the flow any more', without: { sort: undefined } })
})
