// The file that will be uploaded: one that was given, or several that were put together as one.
import { useRef, useState } from 'react'
import { bundled, isForBundle, type Given } from '@/features/uploads/bundle'

export interface Chosen {
  file: File | null
  /** Several files are being put together. */
  isPacking: boolean
  problem: unknown
  choose: (given: Given[] | Promise<Given[]>) => void
  clear: () => void
}

export function useChosen(): Chosen {
  const [file, setFile] = useState<File | null>(null)
  const [isPacking, setPacking] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const turn = useRef(0)
  const begin = () => {
    turn.current += 1
    setProblem(null)
    return turn.current
  }
  const take = async (coming: Given[] | Promise<Given[]>) => {
    const mine = begin()
    setPacking(true)
    try {
      const given = await coming
      const made = isForBundle(given) ? await bundled(given) : (given[0]?.file ?? null)
      if (mine === turn.current) setFile(made)
    } catch (error) {
      if (mine === turn.current) setProblem(error)
    } finally {
      if (mine === turn.current) setPacking(false)
    }
  }
  const clear = () => {
    begin()
    setPacking(false)
    setFile(null)
  }
  return { file, isPacking, problem, choose: (given) => void take(given), clear }
}
