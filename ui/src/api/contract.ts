// The calls of the API, typed from the server's own document.
import type { paths as generated } from '@/api/schema.gen'

export type paths = { [Path in keyof generated as Path extends `/api/v1${infer Rest}` ? Rest : never]: generated[Path] }

/** What narrows and orders the list of tasks. */
export type TaskQuery = NonNullable<paths['/tasks']['get']['parameters']['query']>
