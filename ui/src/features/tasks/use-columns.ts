// The columns somebody chose: in the URL where they belong to a view, else remembered by this browser.
import { COLUMNS_KEY, readColumns, writeColumns } from '@/lib/columns'
import { useRemembered } from '@/lib/remember'
import type { TaskSearch } from '@/lib/task-search'

export interface ChosenColumns {
  chosen: string[] | undefined
  choose: (chosen: string[] | undefined) => void
}

/** Those of the URL come first; in a view they stay there, so that the view is not every list's. */
export function useColumns(search: TaskSearch, onChange: (change: Partial<TaskSearch>) => void): ChosenColumns {
  const [said, setSaid] = useRemembered<string>(COLUMNS_KEY, '')
  const kept = readColumns(said)
  const isInAddress = search.view !== undefined || search.columns !== undefined
  return {
    chosen: search.columns ?? (kept.length > 0 ? kept : undefined),
    choose: (chosen) => (isInAddress ? onChange({ columns: chosen }) : setSaid(chosen ? writeColumns(chosen) : '')),
  }
}
