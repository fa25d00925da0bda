// The answer in the making: its value with undo, what has been looked at, and its way to the server.
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { holdQuery, saveDraft } from '@/api/work'
import type { Hold, Json } from '@/api/types'
import { type Conflict, DraftSaver, type Saving } from '@/features/work/draft-saver'
import { forgetLocal, readLocal, readTouched, sweepLocal, writeLocal, writeTouched } from '@/features/work/local-draft'
import { isSame } from '@/lib/at-path'
import { type History, begin, changed, redone, undone } from '@/lib/history'

interface Begun {
  answer: Json
  touched: string[]
  revision: number
  isUnsaved: boolean
  conflict: Conflict | null
}

/** Where to begin: the browser's copy where it is newer, the server's draft, or what came prefilled. */
export function beginning(hold: Hold, prefilled: Json): Begun {
  const { id, draft, draft_revision: revision } = hold.reservation
  const local = readLocal(id)
  const onServer = draft ?? prefilled
  const touched = readTouched(id)
  if (!local || isSame(local.answer, onServer)) return { answer: onServer, touched, revision, isUnsaved: false, conflict: null }
  if (local.base === revision) return { answer: local.answer, touched, revision, isUnsaved: true, conflict: null }
  return { answer: local.answer, touched, revision, isUnsaved: false, conflict: { yours: local.answer, theirs: onServer, revision } }
}

export function useAnswer(hold: Hold, prefilled: Json, onEnded: () => void) {
  const { id, token } = hold.reservation
  const queries = useQueryClient()
  const [begun] = useState(() => beginning(hold, prefilled))
  const [history, setHistory] = useState<History<Json>>(() => begin(begun.answer))
  const [touched, setTouched] = useState<ReadonlySet<string>>(() => new Set(begun.touched))
  const [saving, setSaving] = useState<Saving>(begun.conflict ? { kind: 'conflict', conflict: begun.conflict } : { kind: 'clean' })
  const [saver] = useState(() => {
    const keep = (answer: Json, base: number) => writeLocal(id, { answer, base, at: Date.now() })
    const made = new DraftSaver({ save: (answer, revision) => saveDraft({ id, token }, answer, revision), keep, onSaving: setSaving, onEnded }, begun.revision)
    if (begun.conflict) made.stop()
    return made
  })
  useEffect(() => writeTouched(id, touched), [id, touched])

  const answer = history.present
  // Whatever changed the answer, typing, drawing or undo, goes the same way to the server.
  const noted = useRef(begun.isUnsaved ? null : begun.answer)
  useEffect(() => {
    if (answer === noted.current) return
    noted.current = answer
    saver.change(answer)
  }, [answer, saver])

  useEffect(() => {
    sweepLocal(Date.now())
    const leave = () => document.hidden && saver.flush()
    document.addEventListener('visibilitychange', leave)
    return () => {
      document.removeEventListener('visibilitychange', leave)
      // What has ended takes no drafts any more; this browser's copy stands.
      const known = queries.getQueryData(holdQuery(id).queryKey)
      if (!known || ['held', 'expired'].includes(known.reservation.state)) saver.flush()
      else saver.stop()
    }
  }, [saver, queries, id])

  const change = useCallback((next: Json, about: string | null = null) => setHistory((old) => changed(old, next, about, Date.now())), [])
  const touch = useCallback((place: string) => setTouched((old) => (old.has(place) ? old : new Set(old).add(place))), [])
  const settle = (chosen: Json, conflict: Conflict) => {
    const isTheirs = chosen === conflict.theirs
    noted.current = chosen
    setHistory((old) => changed(old, chosen, null, Date.now()))
    saver.settle(chosen, conflict.revision, isTheirs)
  }
  return {
    answer,
    change,
    touched,
    touch,
    saving,
    settle,
    steps: {
      undo: () => setHistory(undone),
      redo: () => setHistory(redone),
      canUndo: history.past.length > 0,
      canRedo: history.future.length > 0,
    },
    /** No more drafts: the answer itself is on its way. */
    pause: () => saver.stop(),
    resume: () => saver.start(),
    forget: () => forgetLocal(id),
  }
}
