// The flow under the hands: the text, whether it is saved, and what the server finds wrong with it.
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { checkFlow, draftQuery, isStale, useSaveDraft } from '@/api/studio'
import type { FlowProblem } from '@/api/types'
import { asProblem } from '@/lib/problem'

const QUIET_MS = 400

export interface Draft {
  text: string
  saved: string
  /** The tag of what is saved, as it stands on this page. */
  etag: string | null
  dirty: boolean
  write: (text: string) => void
  /** The text the problems were found in; while it is another than `text`, a check is on its way. */
  checked: string
  problems: FlowProblem[]
  checkFailed: Error | null
  save: () => void
  saving: boolean
  /** Why the last save was refused; a stale one and the flow's own problems are told elsewhere. */
  refusal: Error | null
  /** Somebody saved after this was opened. */
  stale: boolean
  overwrite: () => void
  takeTheirs: () => void
}

export function useDraft(project: string): Draft {
  const { data: held } = useSuspenseQuery(draftQuery(project))
  const queries = useQueryClient()
  const [own, setOwn] = useState<string | null>(null)
  // The tag of what one's own text grew from: a newer one in the cache is somebody else's.
  const [grewFrom, setGrewFrom] = useState(held.etag)
  const save = useSaveDraft(project)
  const text = own ?? held.data.source
  const [checked] = useDebouncedValue(text, QUIET_MS)
  // Of what is saved the server has said it already.
  const isSaved = checked === held.data.source
  const check = useQuery({
    queryKey: ['flow-check', project, checked],
    queryFn: async ({ signal }) => ({ source: checked, problems: await checkFlow(project, checked, signal) }),
    enabled: !isSaved,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
  })

  const store = (under: string | null) =>
    save.mutate(
      { source: text, etag: under },
      {
        onSuccess: (now) => {
          // What was typed while it was being saved stays.
          setOwn((current) => (current === text && now.data.source === text ? null : current))
          setGrewFrom(now.etag)
        },
      },
    )
  const stale = save.error !== null && isStale(save.error)
  const invalid = save.error !== null && asProblem(save.error).code === 'invalid_flow'
  const found = (!isSaved && check.data) || held.data
  return {
    text,
    saved: held.data.source,
    etag: held.etag,
    dirty: text !== held.data.source,
    write: (next) => {
      if (own === null) setGrewFrom(held.etag)
      setOwn(next)
      if (save.error && !stale) save.reset()
    },
    checked: found.source,
    problems: found.problems,
    checkFailed: isSaved ? null : check.error,
    save: () => store(own === null ? held.etag : grewFrom),
    saving: save.isPending,
    refusal: stale || invalid ? null : save.error,
    stale,
    // What stands in the cache by now is what was compared with: a third text is not written over unseen.
    overwrite: () => store(held.etag),
    takeTheirs: () => {
      save.reset()
      void queries.fetchQuery({ ...draftQuery(project), staleTime: 0 }).then(() => setOwn(null))
    },
  }
}
