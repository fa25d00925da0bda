// All regions over the picture, in two layers: outlines, which zoom with it, and above them what keeps its size.
import { memo } from 'react'
import type { Region } from '@/api/types'
import { Outline, Pin } from '@/features/canvas/Marks'

interface LayerProps {
  regions: readonly Region[]
  labels: readonly string[]
  hovered: string | null
  chosen: string | null
}

interface OutlinesProps extends LayerProps {
  suggested: ReadonlySet<string>
  wrong: ReadonlySet<string>
}

/** Not drawn again while one zooms: the browser scales it as a whole. */
export const Outlines = memo(function Outlines({ regions, labels, suggested, hovered, chosen, wrong }: OutlinesProps) {
  const mark = (region: Region) => (
    <Outline key={region.id} region={region} label={labels.indexOf(region.label)} isSuggested={suggested.has(region.id)} isHovered={region.id === hovered} isChosen={region.id === chosen} isWrong={wrong.has(region.id)} />
  )
  const above = regions.find((region) => region.id === chosen)
  return (
    <>
      {regions.map((region) => region !== above && mark(region))}
      {above && mark(above)}
    </>
  )
})

interface PinsProps extends LayerProps {
  numbers?: ReadonlyMap<string, string>
}

/** Beyond so many, tags would hide the picture; they then show for the region in question. */
const TAGS_MAX = 60

export const Pins = memo(function Pins({ regions, labels, numbers, hovered, chosen }: PinsProps) {
  const hasTag = regions.length <= TAGS_MAX
  return regions.map((region) =>
    hasTag || region.shape === 'point' || region.id === hovered || region.id === chosen ? (
      <Pin key={region.id} region={region} label={labels.indexOf(region.label)} number={numbers?.get(region.id)} isHovered={region.id === hovered} isChosen={region.id === chosen} hasTag={hasTag} />
    ) : null,
  )
})
