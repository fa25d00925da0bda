import { expect, test } from 'vitest'
import { filterOf, isFiltered, readTaskSearch } from '@/lib/task-search'
import { parseSearch, stringifySearch } from '@/lib/url-search'

test('an address survives being read and written', () => {
  const address = '?status=queued&status=failed&q=r-1%26x&peek=1'
  expect(stringifySearch(parseSearch(address))).toBe(address)
})

test('one value and many both become a list where a list is meant', () => {
  expect(readTaskSearch(parseSearch('?status=queued')).status).toEqual(['queued'])
  expect(readTaskSearch(parseSearch('?status=queued&status=queued&status=failed')).status).toEqual(['queued', 'failed'])
})

test('a status that does not exist is left out', () => {
  expect(readTaskSearch(parseSearch('?status=failed&status=lost')).status).toEqual(['failed'])
  expect(readTaskSearch(parseSearch('?status=lost')).status).toBeUndefined()
})

test('what is empty or foreign is left out of the address and of the question', () => {
  expect(stringifySearch({ q: undefined, status: undefined, batch: '' })).toBe('')
  expect(filterOf(readTaskSearch(parseSearch('?peek=1&other=2&q=')))).toEqual({})
})

test('an order or an opened preview is no filter', () => {
  expect(isFiltered(readTaskSearch(parseSearch('?sort=priority&peek=1')))).toBe(false)
  expect(isFiltered(readTaskSearch(parseSearch('?batch=may')))).toBe(true)
})
