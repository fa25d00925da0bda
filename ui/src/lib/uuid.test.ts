import { afterEach, expect, test, vi } from 'vitest'
import { uuid } from '@/lib/uuid'

afterEach(() => vi.unstubAllGlobals())

test('an id is made where the browser offers no randomUUID', () => {
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
  const made = new Set(Array.from({ length: 50 }, uuid))
  expect(made.size).toBe(50)
  for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
