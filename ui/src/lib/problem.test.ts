import { expect, test } from 'vitest'
import { asProblem, problemFrom, unreachable } from '@/lib/problem'

test('the sentence of the server is what a page shows', () => {
  const problem = problemFrom(409, { code: 'illegal_move', detail: 'A completed task cannot be cancelled.', status: 409, request_id: 'r1', errors: [{ says: 'x' }], state: 'completed' })
  expect(problem.message).toBe('A completed task cannot be cancelled.')
  expect(problem.requestId).toBe('r1')
  expect(problem.errors).toHaveLength(1)
  expect(problem.data['state']).toBe('completed')
  expect(problem.mayRetry).toBe(false)
})

test('an answer of a proxy still becomes a sentence', () => {
  expect(problemFrom(502, '<html>Bad gateway').message).toContain('502')
  expect(problemFrom(413, null).message).toContain('larger')
})

test('only what may pass by itself is tried again', () => {
  expect([unreachable(), problemFrom(503, null), problemFrom(429, null), problemFrom(404, null)].map((each) => each.mayRetry)).toEqual([true, true, true, false])
})

test('a fault of the page is not blamed on the server', () => {
  expect(asProblem(new TypeError('x is undefined')).message).toContain('This page failed')
})
