// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest'
import { EventParser, follow } from '@/lib/events'

afterEach(() => vi.unstubAllGlobals())

describe('the parser', () => {
  test('puts together an event that arrives in pieces', () => {
    const parser = new EventParser()
    expect(parser.push('id: 7\nevent: fa')).toEqual([])
    expect(parser.push('cts\ndata: {"a":')).toEqual([])
    expect(parser.push('1}\n\nevent: x')).toEqual([{ name: 'facts', data: { a: 1 }, id: '7' }])
  })
  test('reads CRLF, comments, several data lines and plain text', () => {
    expect(new EventParser().push(': hello\r\ndata: one\r\ndata: two\r\n\r\n')).toEqual([{ name: 'message', data: 'one\ntwo', id: null }])
  })
  test('does not end an event between the two halves of a CRLF', () => {
    const parser = new EventParser()
    expect(parser.push('data: 1\r')).toEqual([])
    expect(parser.push('\n\r\n')).toEqual([{ name: 'message', data: 1, id: null }])
  })
  test('keeps the last id for events that carry none', () => {
    const parser = new EventParser()
    parser.push('id: 3\ndata: 1\n\n')
    expect(parser.push('data: 2\n\n')).toEqual([{ name: 'message', data: 2, id: '3' }])
  })
  test('hears how long to wait', () => {
    const parser = new EventParser()
    parser.push('retry: 1500\n\n')
    expect(parser.retry).toBe(1500)
  })
})

const answering = (...texts: string[]) => new Response(texts.join(''))

describe('following', () => {
  test('comes back after a broken line with the id of the last event, and stops at the end event', async () => {
    const asked: (string | null)[] = []
    const answers = [answering('retry: 1\nid: 4\nevent: fact\ndata: 1\n\n'), new Response(null, { status: 503 }), answering('id: 5\nevent: end\ndata: {}\n\n')]
    vi.stubGlobal('fetch', (_url: string, init: RequestInit) => {
      asked.push(new Headers(init.headers).get('Last-Event-ID'))
      return Promise.resolve(answers.shift() ?? new Response(null, { status: 404 }))
    })
    const heard: string[] = []
    await follow({ url: '/x', endsWith: 'end', onEvent: (event) => heard.push(event.name), signal: new AbortController().signal })
    expect(heard).toEqual(['fact', 'end'])
    expect(asked).toEqual([null, '4', '4'])
  })
  test.each([401, 403, 404])('gives up at %d, which waiting does not change', async (status) => {
    const ask = vi.fn(() => Promise.resolve(new Response(null, { status })))
    vi.stubGlobal('fetch', ask)
    await follow({ url: '/x', onEvent: () => undefined, signal: new AbortController().signal })
    expect(ask).toHaveBeenCalledTimes(1)
  })
  test('a position that the server no longer knows is let go, and the reader is told of the gap', async () => {
    const answers = [answering('retry: 1\nid: 4\ndata: 1\n\n'), new Response(null, { status: 400 }), answering('event: end\ndata: {}\n\n')]
    vi.stubGlobal('fetch', () => Promise.resolve(answers.shift() ?? new Response(null, { status: 404 })))
    const gap = vi.fn()
    await follow({ url: '/x', endsWith: 'end', onEvent: () => undefined, onGap: gap, signal: new AbortController().signal })
    expect(gap).toHaveBeenCalledOnce()
  })
})
