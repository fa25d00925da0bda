// How many rows the task list fetches at once: a choice of this browser.
import { remembered } from '@/lib/remember'

export const PAGE_SIZES = ['25', '50', '100', '200'] as const
export type PageSize = (typeof PAGE_SIZES)[number]
export const SIZE_KEY = 'tasks.rows'
export const USUAL_SIZE: PageSize = '100'

export const knownSize = (said: string | null): number => Number(PAGE_SIZES.find((size) => size === said) ?? USUAL_SIZE)

export const pageSize = (): number => knownSize(remembered(SIZE_KEY))
