import { afterEach, expect, test, vi } from 'vitest'
import { noteOwnWay } from '@/lib/own-way'

afterEach(() => vi.restoreAllMocks())

test('a list that asks in another way says so once, and takes it back', () => {
  let jar = ''
  const written: string[] = []
  vi.spyOn(document, 'cookie', 'get').mockImplementation(() => jar)
  vi.spyOn(document, 'cookie', 'set').mockImplementation((said) => {
    written.push(said)
    jar = said.endsWith('max-age=0') ? '' : `theme=x; ${said.split(';')[0]}`
  })
  noteOwnWay(false)
  expect(written).toEqual([])
  noteOwnWay(true)
  noteOwnWay(true)
  expect(written).toEqual(['taskyard_own_way=1; path=/tasks; SameSite=Strict; max-age=31536000'])
  noteOwnWay(false)
  expect(jar).toBe('')
})
