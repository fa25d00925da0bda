// Keeps a hold while somebody works on it: renewed as long as hands move on the page, left to run out when they do not.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { holdQuery, renew } from '@/api/work'
import type { Hold, Reservation } from '@/api/types'
import { renewEveryMs, secondsLeft } from '@/features/work/lease'
import { asProblem } from '@/lib/problem'

const LOOK_MS = 10_000
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const

export function useLease(reservation: Reservation): { seconds: number } {
  const { id, token, lease_until: until, hold_seconds: holdSeconds, state } = reservation
  const queries = useQueryClient()
  const renewed = useRef(0)
  const active = useRef(0)
  const isAsking = useRef(false)
  const [now, setNow] = useState(() => Date.now())
  const seconds = secondsLeft(until, now)

  const look = useEffectEvent(async () => {
    const moment = Date.now()
    if (state !== 'held' || isAsking.current || document.hidden) return
    if (active.current <= renewed.current || moment - renewed.current < renewEveryMs(holdSeconds)) return
    isAsking.current = true
    try {
      const said = await renew({ id, token })
      renewed.current = moment
      queries.setQueryData(holdQuery(id).queryKey, (hold: Hold | undefined) => hold && { ...hold, reservation: { ...hold.reservation, ...(said.lease_until ? { lease_until: said.lease_until } : {}) } })
    } catch (thrown) {
      // The hold has ended by another hand, or by time: the server says how.
      if (!asProblem(thrown).mayRetry) void queries.invalidateQueries({ queryKey: holdQuery(id).queryKey })
    } finally {
      isAsking.current = false
    }
  })

  useEffect(() => {
    renewed.current = Date.now()
    const sign = () => {
      active.current = Date.now()
    }
    for (const name of SIGNS) window.addEventListener(name, sign, { passive: true })
    const timer = setInterval(() => void look(), LOOK_MS)
    return () => {
      clearInterval(timer)
      for (const name of SIGNS) window.removeEventListener(name, sign)
    }
  }, [])

  // By the second in the last ten minutes, by the minute before.
  const isClose = seconds < 660
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), isClose ? 1000 : 20_000)
    return () => clearInterval(timer)
  }, [isClose])
  return { seconds }
}
