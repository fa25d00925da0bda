// The columns somebody chose: in the URL where they belong to a view, else remembered by this browser.
import { useRemembered } from '@/lib/remember'
import type { TaskSearch } from '@/lib/task-search'

const KEY = 'tasks.columns'

export interface ChosenColumns {
  chosen: string[] | undefined
  choose: (chosen: string[] | undefined) => void
}

/** Those of the URL come first; in a view they stay there, so that the view is not every list's. */
export function useColumns(search: TaskSearch, onChange: (change: Partial<TaskSearch>) => void): ChosenColumns {
  const [said, setSaid] = useRemembered<string>(KEY, '')
  const kept = said.split(',').filter(Boolean)
  const isInAddress = search.view !== undefined || search.columns !== undefined
  return {
    chosen: search.columns ?? (kept.length > 0 ? kept : undefined),
    choose: (chosen) => (isInAddress ? onChange({ columns: chosen }) : setSaid(chosen?.join() ?? '')),
  }
}
