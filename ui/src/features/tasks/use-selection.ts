// What is selected of the list: rows by name, or all that fit the filters but those taken out. It belongs to the filters, not to the order.
import { useEffect, useState } from 'react'
import type { Page, TaskRow } from '@/api/types'
import { useHotkeys } from '@/lib/hotkeys'
import type { Filter, SelectedCount, Selection } from '@/lib/selection'

interface Kept {
  list: string
  /** Without a word all that fit are meant, and `ids` are the exceptions. */
  isAll: boolean
  ids: ReadonlySet<string>
  /** How many other filters had selected; they are no longer. */
  dropped: number
}

const NOTHING: ReadonlySet<string> = new Set()
const nothing = (list: string, dropped = 0): Kept => ({ list, isAll: false, ids: NOTHING, dropped })
// Coming back from a task finds the selection as it was left.
let left: Kept = nothing('')

export interface Selecting {
  selected: ReadonlySet<string>
  onSelect: (selected: ReadonlySet<string>) => void
  selection: Selection | null
  count: SelectedCount
  isAll: boolean
  dropped: number
  selectAll: () => void
  clear: () => void
  /** Tasks that are no more are not selected either. */
  forget: (ids: ReadonlySet<string>) => void
}

interface Wants {
  /** Names the list by who reads and its filters. */
  list: string
  filter: Filter
  rows: TaskRow[]
  first: Page<TaskRow> | undefined
}

export function useSelection({ list, filter, rows, first }: Wants): Selecting {
  const [kept, setKept] = useState(() => (left.list === list ? left : nothing(list)))
  const total: SelectedCount = { n: first?.total ?? 0, isExact: first?.total_is_exact ?? true }
  const countOf = (of: Kept): SelectedCount => (of.isAll ? { ...total, n: Math.max(0, total.n - of.ids.size) } : { n: of.ids.size, isExact: true })
  const now = kept.list === list ? kept : nothing(list, countOf(kept).n)
  if (now !== kept) setKept(now)
  useEffect(() => {
    left = now
  }, [now])

  const count = countOf(now)
  const clear = () => setKept(nothing(list))
  const onSelect = (next: ReadonlySet<string>) => {
    if (!now.isAll) return setKept({ ...nothing(list), ids: next })
    if (next.size === 0) return clear()
    const except = new Set(now.ids)
    for (const { id } of rows) if (next.has(id)) except.delete(id); else except.add(id)
    setKept({ ...now, ids: except })
  }
  const forget = (ids: ReadonlySet<string>) =>
    setKept((was) => ([...was.ids].some((id) => ids.has(id)) ? { ...was, ids: new Set([...was.ids].filter((id) => !ids.has(id))) } : was))
  useHotkeys(count.n > 0 ? [{ keys: 'escape', says: 'Clear the selection', group: 'List', run: (event) => (isOfDialog(event) ? undefined : clear()) }] : [])
  return {
    selected: now.isAll ? new Set(rows.filter(({ id }) => !now.ids.has(id)).map(({ id }) => id)) : now.ids,
    onSelect,
    selection: count.n === 0 ? null : now.isAll ? { filter, except: [...now.ids] } : { ids: [...now.ids] },
    count,
    isAll: now.isAll,
    dropped: now.dropped,
    selectAll: () => setKept({ ...nothing(list), isAll: true }),
    clear,
    forget,
  }
}

// Esc that closes a dialog is not meant for the list behind it; the dialog may be gone by now, but not what the key was pressed in.
const isOfDialog = ({ target }: Event) => document.querySelector('[aria-modal="true"]') !== null || (target instanceof Element && target.closest('[role="dialog"]') !== null)
