// A text once it has stood still for a moment: what is asked of the server does not follow every key.
import { useEffect, useState } from 'react'

const SETTLE_MS = 300

export function useSettled(text: string, after = SETTLE_MS): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), after)
    return () => clearTimeout(timer)
  }, [text, after])
  return settled
}
