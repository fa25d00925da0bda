// Days and zones: "today" here, in UTC or in US Pacific, as the server reads them.

export const UTC = 'UTC'
/** Whatever zone the reader is in. */
export const LOCAL = 'local'
export const PACIFIC = 'US Pacific'
const NAMES: Record<string, string> = { [PACIFIC]: 'America/Los_Angeles' }
const ZONE = /^[A-Za-z_]+(\/[A-Za-z0-9_+-]+)*$/
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?$/

const isInReach = (year: number) => year >= 1900 && year <= 2999

export function isDay(said: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(said)) return false
  const at = new Date(`${said}T00:00:00Z`)
  // The 31st of February reads as a day in March.
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(said) && isInReach(at.getUTCFullYear())
}

export const isMoment = (said: string): boolean => MOMENT.test(said) && isDay(said.slice(0, 10)) && !Number.isNaN(new Date(said).getTime())

/** The zone as it is sent; undefined when nobody knows it, or when it is the usual one. */
export function knownZone(said: string | undefined): string | undefined {
  if (said === undefined || said === UTC) return undefined
  if (said === PACIFIC) return said
  if (!ZONE.test(said)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: said }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/** The zone of this browser, by its name in the zone database. */
export const localZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone || UTC

/** The day that it is in a zone: "2026-11-25". */
export function dayIn(zone: string, now: Date): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: NAMES[zone] ?? zone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(now)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** Days are counted on the calendar, whatever hours a day may have. */
export function dayAfter(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

const BACK_MOST = 3_660
const BACK = /^today-([1-9]\d{0,3})d$/

const daysBack = (said: string): number | undefined => {
  const back = said === 'today' ? 0 : said === 'yesterday' ? 1 : Number(BACK.exec(said)?.[1] ?? NaN)
  return back <= BACK_MOST ? back : undefined
}

/** A day that moves with the calendar: "today", "yesterday", "today-6d", "this-month". */
export const isMoving = (said: string | undefined): boolean => said !== undefined && (said === 'this-month' || daysBack(said) !== undefined)

/** The day that is meant, as the server works it out. */
export function dayMeant(said: string, today: string): string {
  const back = daysBack(said)
  return back !== undefined ? dayAfter(today, -back) : said === 'this-month' ? `${today.slice(0, 7)}-01` : said
}

export const PRESETS = [
  { says: 'Today', from: 'today', to: 'today' },
  { says: 'Yesterday', from: 'yesterday', to: 'yesterday' },
  { says: 'Since yesterday', from: 'yesterday', to: undefined },
  { says: 'Last 7 days', from: 'today-6d', to: undefined },
  { says: 'Last 30 days', from: 'today-29d', to: undefined },
  { says: 'This month', from: 'this-month', to: undefined },
] as const

/** "last 7 days", "25 Nov 2026", "1 to 25 Nov 2026", "from 1 Nov 2026", "until 25 Nov 2026". */
export function daysInWords(from: string | undefined, to: string | undefined): string {
  const preset = PRESETS.find((one) => one.from === from && one.to === to)
  if (preset) return preset.says.toLowerCase()
  if (from && to) return from === to ? dayInWords(from) : `${dayInWords(from)} to ${dayInWords(to)}`
  return from ? `from ${dayInWords(from)}` : to ? `until ${dayInWords(to)}` : ''
}

const calendar = new Intl.DateTimeFormat('en-GB', { timeZone: UTC, day: 'numeric', month: 'short', year: 'numeric' })

const dayInWords = (said: string): string => (isMoving(said) ? movingInWords(said) : isDay(said) ? calendar.format(new Date(`${said}T00:00:00Z`)) : said.replace('T', ' '))

function movingInWords(said: string): string {
  const back = daysBack(said) ?? 0
  return back > 1 ? `${back} days ago` : said.replace('this-month', 'the 1st of this month')
}
