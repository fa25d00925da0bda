// Regions as an answer: reading them from anything, new ones, other labels, and which of them nobody has looked at.
import type { Region } from '@/api/types'
import type { Shape } from '@/features/canvas/geometry'
import { isSame } from '@/lib/at-path'
import { uuid } from '@/lib/uuid'

const isNumbers = (value: unknown, length: number): boolean =>
  Array.isArray(value) && value.length === length && value.every((n) => typeof n === 'number' && Number.isFinite(n))

function isRegion(value: unknown): value is Region {
  if (value === null || typeof value !== 'object') return false
  const region = value as Partial<Region>
  if (region.shape === 'rectangle') return isNumbers(region.box, 4)
  if (region.shape !== 'polygon' && region.shape !== 'point') return false
  return Array.isArray(region.points) && region.points.length > 0 && region.points.every((point) => isNumbers(point, 2))
}

/** The regions of an answer; what is none is left out, so that a strange prefill harms nobody. */
export function regionsOf(answer: unknown): Region[] {
  const found = (answer as { regions?: unknown } | null)?.regions
  if (!Array.isArray(found)) return []
  return found.filter(isRegion).map((region, at) => ({ ...region, id: region.id || `region-${at}`, label: region.label ?? '' }))
}

export const newRegion = (shape: Shape, label: string): Region => ({ id: uuid(), label, ...shape })

/** A region that a person has changed: the model's score speaks of something else now. */
export function corrected(region: Region): Region {
  const { score, ...rest } = region
  return score === undefined ? region : rest
}

export const replaced = (regions: readonly Region[], next: Region): Region[] => regions.map((region) => (region.id === next.id ? next : region))

/** Prefilled regions that are as they came and that nobody has looked at. */
export function suggestedIds(regions: readonly Region[], prefill: readonly Region[], touched: ReadonlySet<string>): Set<string> {
  const given = new Map(prefill.map((region) => [region.id, region]))
  return new Set(regions.filter((region) => !touched.has(region.id) && isSame(given.get(region.id), region)).map((region) => region.id))
}

/** The labels of the step; where it has none, those in use, in the order of their first appearance. */
export const labelsFor = (given: readonly string[], regions: readonly Region[]): string[] =>
  given.length > 0 ? [...given] : [...new Set(regions.map((region) => region.label).filter(Boolean))]

/** The next region in the order of the list, round and round. */
export function neighbour(regions: readonly Region[], id: string | null, step: 1 | -1): Region | undefined {
  if (regions.length === 0) return undefined
  const at = regions.findIndex((region) => region.id === id)
  return regions[at === -1 ? (step === 1 ? 0 : regions.length - 1) : (at + step + regions.length) % regions.length]
}

export function labelCounts(regions: readonly Region[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { label } of regions) counts.set(label, (counts.get(label) ?? 0) + 1)
  return counts
}
