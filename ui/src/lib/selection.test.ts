import { expect, test } from 'vitest'
import { selectionBody } from '@/lib/selection'

test('rows by name stay as they are', () => {
  expect(selectionBody({ ids: ['a', 'b'] })).toEqual({ ids: ['a', 'b'] })
})

test('filters go without order and page, and lists as lists', () => {
  const filter = { status: 'queued', q: 'tea', sort: '-priority', limit: 50, batch: undefined }
  expect(selectionBody({ filter, except: ['c'] })).toEqual({ filter: { status: ['queued'], q: 'tea' }, except: ['c'] })
})
