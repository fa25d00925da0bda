// What is wrong with the answer and where: found here before sending, or by the server; gone when the place is changed.
import { useCallback, useMemo, useState } from 'react'
import type { Json } from '@/api/types'
import { type Path, isSame, valueAt } from '@/lib/at-path'
import { type Problem, asProblem } from '@/lib/problem'

export interface Flaw {
  place: string
  says: string
}

/** `lines[3].box` as ["lines", 3, "box"]. */
export function pathOf(place: string): Path {
  return [...place.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) => (index === undefined ? (name ?? '') : Number(index)))
}

export function useRefusals(answer: Json, check: (answer: Json) => Flaw[]) {
  const [isTried, setTried] = useState(false)
  const [refused, setRefused] = useState<{ answer: Json; problem: Problem } | null>(null)
  const found = useMemo(() => (isTried ? check(answer) : []), [isTried, check, answer])
  const places = useMemo(() => {
    const says = new Map<string, string>()
    for (const error of refused?.problem.errors ?? []) {
      const place = error.place ?? ''
      const path = pathOf(place)
      if (isSame(valueAt(refused?.answer, path), valueAt(answer, path))) says.set(place, [error.says, error.mend].filter(Boolean).join(' '))
    }
    for (const flaw of found) says.set(flaw.place, flaw.says)
    return says
  }, [found, refused, answer])
  const saysAt = useCallback((place: string) => places.get(place), [places])
  return {
    saysAt,
    places,
    /** The refusal that has no place, or whose places were all changed since, is shown as a whole. */
    problem: refused && refused.answer === answer ? refused.problem : null,
    refuse: (thrown: unknown) => setRefused({ answer, problem: asProblem(thrown) }),
    clear: () => setRefused(null),
    /** True when nothing is wrong as far as the page can tell. */
    passes: () => {
      setTried(true)
      return check(answer).length === 0
    },
  }
}
