import { expect, test } from 'vitest'
import { catchTyped } from '@/lib/typed-ahead'

const press = (key: string, held: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held })
  document.body.dispatchEvent(event)
  return event.defaultPrevented
}

test('what is typed early is kept from the page and given once', () => {
  let left = 0
  const take = catchTyped(() => left++)
  expect(['p', 'r', 'x', 'Backspace', 'i'].map((key) => press(key))).toEqual([true, true, true, true, true])
  expect([press('Enter'), press('ArrowDown'), press('k', { ctrlKey: true })]).toEqual([true, false, false])
  press('Escape')
  expect(left).toBe(1)
  expect(take()).toBe('pri')
  expect(press('o')).toBe(false)
  expect(take()).toBe('')
})
