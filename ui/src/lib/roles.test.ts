// What is said of a role is what this version does.
import { expect, test } from 'vitest'
import { ROLES } from '@/lib/roles'

test('no role is promised audits or money, which are not here', () => {
  expect(ROLES.map((role) => role.says).join(' ')).not.toMatch(/audit|money|checks/i)
  expect(ROLES).toHaveLength(5)
})
