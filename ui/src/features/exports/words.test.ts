import { expect, test } from 'vitest'
import { selectedWords } from '@/features/exports/words'

const QUAY = '0199f1de-0000-7000-8000-000000000001'
const known = { projects: [{ id: QUAY, name: 'Quay', steps: [], input_schema: null }], members: undefined }

test('a selection is told by its projects and its filter', () => {
  expect(selectedWords({ chosen: 3 }, known)).toBe('3 chosen tasks')
  expect(selectedWords({ filter: {}, excepted: 0 }, known)).toBe('All tasks')
  expect(selectedWords({ filter: { project: [QUAY] }, excepted: 2 }, known)).toBe('Quay, without 2 tasks')
  expect(selectedWords({ filter: { project: [QUAY], status: ['queued', 'failed'], batch: 'may' } }, known)).toBe('Quay · status queued or failed · batch may')
  expect(selectedWords({ filter: { external_id: 'm-1' } }, known)).toBe('External id m-1')
  expect(selectedWords({ filter: { status: ['completed'] } }, known)).toBe('Status completed')
})
