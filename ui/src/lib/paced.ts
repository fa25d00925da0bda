// Something that is asked for often and done at most so often: at once the first time, and once more after the last.
import { useEffect, useState } from 'react'
import { useStable } from '@/lib/use-stable'

export interface Paced {
  ask: () => void
  stop: () => void
}

export function paced(run: () => void, everyMs: number): Paced {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAsked = false
  const go = () => {
    isAsked = false
    run()
    timer = setTimeout(() => {
      timer = undefined
      if (isAsked) go()
    }, everyMs)
  }
  return {
    ask: () => {
      if (timer === undefined) go()
      else isAsked = true
    },
    stop: () => {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

/** Not to be called while drawing. */
export function usePaced(run: () => void, everyMs: number): () => void {
  const newest = useStable(run)
  const [made] = useState(() => paced(newest, everyMs))
  useEffect(() => made.stop, [made])
  return made.ask
}
