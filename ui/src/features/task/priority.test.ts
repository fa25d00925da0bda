// What somebody types as a priority.
import { expect, it } from 'vitest'
import { readPriority } from '@/features/task/priority'

it('reads whole numbers with either minus sign', () => {
  expect(readPriority(' −2 ')).toEqual({ kind: 'number', priority: -2, says: null })
  expect(readPriority('-2147483648')).toEqual({ kind: 'number', priority: -(2 ** 31), says: null })
  expect(readPriority('+7')).toEqual({ kind: 'number', priority: 7, says: null })
})

it('says what a priority is when it reads something else', () => {
  for (const text of ['1.5', 'soon', '1e3', '--2']) expect(readPriority(text).says).toMatch(/whole number/)
  expect(readPriority('2147483648').says).toMatch(/2,147,483,647/)
  expect(readPriority('').kind).toBe('empty')
})
