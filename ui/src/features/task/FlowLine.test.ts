import { expect, test } from 'vitest'
import { allSteps } from '@/features/task/FlowLine'

test('one step is not "all steps"', () => {
  expect(allSteps(1)).toBe('1 step')
  expect(allSteps(3)).toBe('all 3 steps')
})
