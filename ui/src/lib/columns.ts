// The columns of the task list as a browser keeps them: by their names, in their order.
import { remembered } from '@/lib/remember'
import { INPUT, type TaskSearch } from '@/lib/task-search'

export const COLUMNS_KEY = 'tasks.columns'

// A field may be named as its author liked, with a comma too.
export const readColumns = (said: string): string[] => said.split(',').filter(Boolean).map(decodeURIComponent)

export const writeColumns = (columns: string[]): string => columns.map((id) => (id.startsWith(INPUT) ? encodeURIComponent(id) : id)).join()

export const isField = (column: string): boolean => column.startsWith(INPUT)

/** Whether values of the input are to be shown: which there are is known only with the projects. */
export const wantsFields = (columns: TaskSearch['columns']): boolean => (columns ?? readColumns(remembered(COLUMNS_KEY) ?? '')).some(isField)
