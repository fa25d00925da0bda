// The columns somebody chose: in the URL when they are a view's changed, else remembered by this browser.
import { useRemembered } from '@/lib/remember'

const KEY = 'tasks.columns'

export interface ChosenColumns {
  chosen: string[] | undefined
  choose: (chosen: string[] | undefined) => void
}

/** `fixed` are those of the URL or of the view; they come before what this browser remembers. */
export function useColumns(fixed: string[] | undefined): ChosenColumns {
  const [said, setSaid] = useRemembered<string>(KEY, '')
  const kept = said.split(',').filter(Boolean)
  return { chosen: fixed ?? (kept.length > 0 ? kept : undefined), choose: (chosen) => setSaid(chosen?.join() ?? '') }
}
