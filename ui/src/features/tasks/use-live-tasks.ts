// Follows the workspace's facts for one filtered list of tasks.
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useFacts } from '@/api/live'
import { taskPage, taskQuery, tasksQuery } from '@/api/tasks'
import { type Loaded, changeInPlace, newAtTop, withTotal } from '@/features/tasks/live-list'
import { type Asking, lookAgain } from '@/features/tasks/look-again'
import type { withFields } from '@/lib/task-search'
import { useStable } from '@/lib/use-stable'

// The first change shows at once; in a flood of them the server is asked once a second.
const FIRST_MS = 30
const FLOOD_MS = 1000
const ABSENCE_MS = 1500

type Filter = ReturnType<typeof withFields>

const asking = (filter: Filter, limit: number): Asking => ({
  top: () => taskPage({ ...filter, limit }),
  // A row that no longer fits the filters stays where it is read, so they are not asked for.
  named: async (ids) => (await taskPage({ ids, limit: ids.length, ...('fields' in filter && { fields: filter.fields }) })).items,
})

/** `fresh` counts what stands above the loaded rows; `show` brings it in and begins the list anew. */
export function useLiveTasks(filter: Filter, limit: number, onGone?: (ids: ReadonlySet<string>) => void) {
  const queries = useQueryClient()
  const { queryKey } = tasksQuery(filter, limit)
  const list = JSON.stringify(queryKey)
  const [fresh, setFresh] = useState({ list, count: 0, more: false })
  const tellGone = useStable((ids: ReadonlySet<string>) => onGone?.(ids))
  const waiting = useRef<{ ids: Set<string> | 'all'; timer?: ReturnType<typeof setTimeout>; last: number }>({ ids: new Set(), last: 0 })

  const refresh = useCallback(async () => {
    const changed = waiting.current.ids
    Object.assign(waiting.current, { ids: new Set(), timer: undefined, last: Date.now() })
    const before = queries.getQueryData<Loaded>(queryKey)
    if (!before) return
    // After a broken line the next fact, or coming back to the page, asks again.
    const seen = await lookAgain(before, changed, asking(filter, limit)).catch(() => null)
    const now = queries.getQueryData<Loaded>(queryKey)
    if (!seen || !now) return
    if (seen.gone.size > 0) tellGone(seen.gone)
    // What shows one of them in full, as the preview, reads it anew.
    for (const { id } of seen.rows) if (changed !== 'all' && changed.has(id)) void queries.invalidateQueries({ queryKey: taskQuery(id).queryKey })
    if (now.pages[0]?.items.length === 0) {
      // Nothing is being read, so nothing can be pushed.
      queries.setQueryData<Loaded>(queryKey, { pages: [seen.head], pageParams: [''] })
      return
    }
    queries.setQueryData<Loaded>(queryKey, withTotal(changeInPlace(now, seen.rows, seen.gone), seen.head))
    setFresh({ list, ...newAtTop(now, seen.head) })
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key of the list says whether the filter changed
  }, [queries, list, tellGone])

  const soon = useCallback(
    (ids: string[] | 'all') => {
      const now = waiting.current
      if (ids === 'all') now.ids = 'all'
      else if (now.ids !== 'all') for (const id of ids) now.ids.add(id)
      const wait = Math.max(FIRST_MS, now.last + FLOOD_MS - Date.now())
      now.timer ??= setTimeout(() => void refresh(), wait)
    },
    [refresh],
  )
  useFacts(
    (facts) => {
      const ids = facts.map((fact) => fact.task_id).filter((id) => id !== null)
      if (ids.length > 0) soon(ids)
    },
    () => soon('all'),
  )
  useEffect(() => {
    // Coming back to a list that was left: nobody listened in the meantime.
    const { dataUpdatedAt = 0 } = queries.getQueryState(JSON.parse(list) as typeof queryKey) ?? {}
    if (dataUpdatedAt > 0 && Date.now() - dataUpdatedAt > ABSENCE_MS) soon('all')
    const { current } = waiting
    return () => {
      clearTimeout(current.timer)
      current.timer = undefined
    }
  }, [queries, list, soon])

  const show = async () => {
    setFresh({ list, count: 0, more: false })
    const head = await asking(filter, limit).top()
    queries.setQueryData<Loaded>(queryKey, { pages: [head], pageParams: [''] })
  }
  return { fresh: fresh.list === list ? fresh : { list, count: 0, more: false }, show }
}
