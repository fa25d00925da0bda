// Numbers, times and ids as people read them.

const grouped = new Intl.NumberFormat('en')
const calendar = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })
const calendarWithYear = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' })
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'long' })

const exactly = new Intl.NumberFormat('en', { maximumFractionDigits: 20 })

/** A number that somebody gave, with all its digits; a very large or small one as powers of ten. */
export const exactNumber = (n: number): string => (n !== 0 && (Math.abs(n) >= 1e15 || Math.abs(n) < 1e-9) ? String(n) : exactly.format(n)).replace('-', '−')

export const count = (n: number): string => grouped.format(n)

/** "1 row", "1,204 rows"; the plural is regular unless it is given. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`

/** A total as the server knows it: "10,000+" when it stopped counting. */
export const total = (n: number, isExact: boolean): string => (isExact ? count(n) : `${count(n)}+`)

/** The same with what is counted: "1 task", "10,000+ tasks". */
export const totalOf = (n: number, isExact: boolean, one: string, many = `${one}s`): string => `${total(n, isExact)} ${n === 1 ? one : many}`

/** 950 B, 12 kB, 1.4 MB: powers of ten, as files are sold. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`
  for (const [size, unit] of [[1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB']] as const) {
    if (n >= size) {
      const value = n / size
      return `${value < 10 ? value.toFixed(1).replace(/\.0$/, '') : count(Math.round(value))} ${unit}`
    }
  }
  return `${n} B`
}

/** "0.4 s", "12 s", "1 m 12 s", "2 h 5 m", "3 d 4 h". */
export function duration(seconds: number): string {
  if (seconds < 0) return '0 s'
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`
  const whole = Math.round(seconds)
  const pairs: [number, string][] = [[86_400, 'd'], [3_600, 'h'], [60, 'm'], [1, 's']]
  const first = pairs.findIndex(([size]) => whole >= size)
  const at = first === -1 ? pairs.length - 1 : first
  const big = pairs[at] ?? [1, 's']
  const small = pairs[at + 1]
  const rest = small ? Math.floor((whole % big[0]) / small[0]) : 0
  return `${Math.floor(whole / big[0])} ${big[1]}${small && rest ? ` ${rest} ${small[1]}` : ''}`
}

/** "now", "40 s ago", "2 min ago", "3 h ago", "5 d ago", then the date. */
export function ago(at: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - at.getTime()) / 1000)
  const size = Math.abs(seconds)
  const say = (n: number, unit: string) => (seconds >= 0 ? `${n} ${unit} ago` : `in ${n} ${unit}`)
  if (size < 10) return 'now'
  if (size < 60) return say(size, 's')
  if (size < 3_600) return say(Math.floor(size / 60), 'min')
  if (size < 86_400) return say(Math.floor(size / 3_600), 'h')
  if (size < 7 * 86_400) return say(Math.floor(size / 86_400), 'd')
  return (at.getFullYear() === now.getFullYear() ? calendar : calendarWithYear).format(at)
}

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
export const dayOf = (at: string): string => days.format(new Date(at))

/** The moment in the reader's own zone, to the second, with the zone's name. */
export const exactTime = (at: Date): string => exact.format(at)

/** The tail of an id: UUIDv7 begins with the time, so neighbours differ only at the end. */
export const shortId = (id: string): string => id.replaceAll('-', '').slice(-8)

/** Earlier and later in words; the lower number is handed out first. */
export function priorityWords(priority: number): string {
  if (priority === 0) return 'usual'
  return priority < 0 ? 'earlier' : 'later'
}

/** The number with a true minus sign, so that it lines up. */
export const signed = (n: number): string => (n < 0 ? `−${count(-n)}` : count(n))

/** "in_progress" as "in progress". */
export const words = (code: string): string => code.replaceAll('_', ' ')
