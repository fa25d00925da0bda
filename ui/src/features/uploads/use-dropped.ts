// A file dropped anywhere on the page.
import { useEffect, useRef, useState } from 'react'

/** True while a file hovers over the page; calls with the first file that is let go. */
export function useDropped(onFile: (file: File) => void): boolean {
  const [hovers, setHovers] = useState(false)
  const handler = useRef(onFile)
  useEffect(() => {
    handler.current = onFile
  })
  useEffect(() => {
    let depth = 0
    const carries = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (!carries(event)) return
      depth += 1
      setHovers(true)
    }
    const leave = (event: DragEvent) => {
      if (!carries(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) setHovers(false)
    }
    const over = (event: DragEvent) => carries(event) && event.preventDefault()
    const drop = (event: DragEvent) => {
      depth = 0
      setHovers(false)
      const file = event.dataTransfer?.files[0]
      if (!file) return
      event.preventDefault()
      handler.current(file)
    }
    const pairs = [['dragenter', enter], ['dragleave', leave], ['dragover', over], ['drop', drop]] as const
    for (const [name, listener] of pairs) document.addEventListener(name, listener)
    return () => {
      for (const [name, listener] of pairs) document.removeEventListener(name, listener)
    }
  }, [])
  return hovers
}
