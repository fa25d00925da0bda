// Files dropped anywhere on the page.
import { useEffect, useRef, useState } from 'react'
import type { Given } from '@/features/uploads/bundle'
import { dropped } from '@/features/uploads/given'

/** True while files hover over the page; calls with those that are let go. */
export function useDropped(onFiles: (given: Promise<Given[]>) => void): boolean {
  const [hovers, setHovers] = useState(false)
  const handler = useRef(onFiles)
  useEffect(() => {
    handler.current = onFiles
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
      if (!event.dataTransfer || event.dataTransfer.files.length === 0) return
      event.preventDefault()
      handler.current(dropped(event.dataTransfer))
    }
    const pairs = [['dragenter', enter], ['dragleave', leave], ['dragover', over], ['drop', drop]] as const
    for (const [name, listener] of pairs) document.addEventListener(name, listener)
    return () => {
      for (const [name, listener] of pairs) document.removeEventListener(name, listener)
    }
  }, [])
  return hovers
}
