// A refusal of the server as a value: its sentence, its code, its data, and what the page may do about it.

export interface ProblemError {
  place?: string
  says: string
  mend?: string
  line?: number
  column?: number
  step?: string
  value?: unknown
}

export interface ProblemBody {
  type?: string
  title?: string
  status: number
  code: string
  detail?: string
  request_id?: string
  errors?: ProblemError[]
  [key: string]: unknown
}

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | null
  readonly errors: ProblemError[]
  readonly data: Record<string, unknown>

  constructor(body: ProblemBody) {
    super(body.detail || body.title || 'The server refused without saying why.')
    this.name = 'Problem'
    this.status = body.status
    this.code = body.code
    this.requestId = body.request_id ?? null
    this.errors = body.errors ?? []
    this.data = body
  }

  /** True when the same request may succeed later without any change. */
  get mayRetry(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500
  }
}

/** The answer of a server, a proxy or no server at all, as a Problem. */
export function problemFrom(status: number, body: unknown, requestId: string | null = null): Problem {
  if (body && typeof body === 'object' && typeof (body as ProblemBody).code === 'string') {
    return new Problem({ request_id: requestId ?? undefined, ...(body as ProblemBody), status })
  }
  const detail =
    status === 413
      ? 'This is larger than the server takes.'
      : status === 429
        ? 'Too many requests at once. Wait a moment and try again.'
        : status >= 500
          ? `The server failed while answering (${status}).`
          : `The server refused (${status}).`
  return new Problem({ status, code: `http_${status}`, detail, request_id: requestId ?? undefined })
}

export function unreachable(): Problem {
  return new Problem({ status: 0, code: 'unreachable', detail: 'The server cannot be reached. Check the connection, then retry.' })
}

/** Anything that was thrown, as a Problem that a page can show. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  const detail = thrown instanceof Error ? thrown.message : String(thrown)
  return new Problem({ status: -1, code: 'page_failed', detail: `This page failed: ${detail}` })
}
