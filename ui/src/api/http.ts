// The one way to the server: cookies, CSRF, idempotency, and refusals as Problems.
import createClient from 'openapi-fetch'
import type { paths } from '@/api/contract'
import { problemFrom, unreachable } from '@/lib/problem'
import { uuid } from '@/lib/uuid'

export const API = '/api/v1'

let csrf: string | null = null
let onSignedOut: () => void = () => undefined

export const setCsrf = (token: string | null): void => {
  csrf = token
}

/** Called when the server no longer knows who we are. */
export const whenSignedOut = (then: () => void): void => {
  onSignedOut = then
}

const isSignInCall = (url: string) => /\/auth\/sign-in$|\/setup$|\/invitations\/accept$|\/me$/.test(new URL(url, location.origin).pathname)

export function noteSignedOut(url: string, status: number): void {
  if (status === 401 && !isSignInCall(url)) onSignedOut()
}

/** The headers that an unsafe request carries. One key for one intent: a retry of the same click repeats it. */
export function unsafeHeaders(method: string, idempotencyKey: string = uuid()): Record<string, string> {
  const headers: Record<string, string> = {}
  if (method === 'GET') return headers
  if (csrf) headers['X-CSRF-Token'] = csrf
  if (method === 'POST') headers['Idempotency-Key'] = idempotencyKey
  return headers
}

export const api = createClient<paths>({ baseUrl: API, credentials: 'same-origin' })

api.use({
  onRequest({ request }) {
    for (const [name, value] of Object.entries(unsafeHeaders(request.method))) {
      if (!request.headers.has(name)) request.headers.set(name, value)
    }
    return request
  },
  onError: () => unreachable(),
})

interface Said<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The answer of a call, or its refusal thrown as a Problem: `const task = await ask(api.GET(…))`. */
export async function ask<T>(call: Promise<Said<T>>): Promise<Exclude<T, undefined>> {
  const { data, error, response } = await call
  if (!response.ok) {
    noteSignedOut(response.url, response.status)
    throw problemFrom(response.status, error, response.headers.get('x-request-id'))
  }
  return data as Exclude<T, undefined>
}

/** The same with the ETag of the answer, for edits under If-Match. */
export async function askWithTag<T>(call: Promise<Said<T>>): Promise<{ data: Exclude<T, undefined>; etag: string | null }> {
  const said = await call
  const data = await ask(Promise.resolve(said))
  return { data, etag: said.response.headers.get('etag') }
}
