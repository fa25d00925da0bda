// One function for the life of a component that always calls the newest: for lists whose rows must not be drawn again.
import { useCallback, useLayoutEffect, useRef } from 'react'

/** Not to be called while drawing. */
export function useStable<Given extends unknown[], Back>(newest: (...given: Given) => Back): (...given: Given) => Back {
  const latest = useRef(newest)
  useLayoutEffect(() => {
    latest.current = newest
  })
  return useCallback((...given: Given) => latest.current(...given), [])
}
