import { expect, test } from 'vitest'
import { hiddenWords } from '@/features/tasks/TaskFilters'

test('hidden tasks are counted only where both totals are exact', () => {
  expect(hiddenWords({ n: 1, isExact: true })).toBe('1 task is hidden by your filters')
  expect(hiddenWords({ n: 312, isExact: true })).toBe('312 tasks are hidden by your filters')
  expect(hiddenWords({ n: 37, isExact: false })).toBe('More tasks are hidden by your filters')
})
