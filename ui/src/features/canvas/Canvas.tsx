// The picture with regions that are drawn, moved, resized and chosen; by mouse, by finger, by keys.
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useMemo } from 'react'
import type { Region } from '@/api/types'
import { type Tool, gripsOf } from '@/features/canvas/drawing'
import { type Box, type Point, type Shape, boundsOf, grown, moved, placed } from '@/features/canvas/geometry'
import { Grips, OpenPolygon, Outline, Pin } from '@/features/canvas/Marks'
import { Outlines, Pins } from '@/features/canvas/RegionLayer'
import { replaced } from '@/features/canvas/regions'
import { Stage } from '@/features/canvas/Stage'
import { useDrawing } from '@/features/canvas/use-drawing'
import { useStage } from '@/features/canvas/use-stage'
import type { Size } from '@/lib/view'

export interface CanvasHandle {
  reveal: (region: Region) => void
  focus: () => void
}

interface CanvasProps {
  label: string
  src: string
  picture: Size
  regions: readonly Region[]
  labels: readonly string[]
  /** Numbers of the regions, where they are not the labels'. */
  numbers?: ReadonlyMap<string, string>
  tool: Tool
  chosen: Region | null
  hovered: string | null
  /** Prefilled and not looked at. */
  suggested: ReadonlySet<string>
  wrong: ReadonlySet<string>
  /** The label that a new region gets, for its colour while it is drawn. */
  nextLabel: string
  isHidden: boolean
  over?: ReactNode
  onDraw: (shape: Shape) => void
  onReplace: (region: Region, about: string | null) => void
  onChoose: (id: string | null) => void
  onHover: (id: string | null) => void
  onDelete: (id: string) => void
  onTool: (tool: Tool) => void
  ref?: Ref<CanvasHandle>
}

const NONE: readonly Region[] = []
const ARROWS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

export function Canvas({ label, src, picture, regions, labels, numbers, tool, chosen, hovered, suggested, wrong, nextLabel, isHidden, over, onDraw, onReplace, onChoose, onHover, onDelete, onTool, ref }: CanvasProps) {
  const [attach, stage] = useStage(picture)
  const hand = useDrawing({ stage, tool, regions, chosen, picture, onDraw, onReplace: (region) => onReplace(region, null), onChoose, onHover })
  const { reveal, focus } = stage
  useImperativeHandle(ref, () => ({ reveal: (region) => reveal(boundsOf(region) as Box), focus }), [reveal, focus])
  // The keys of the canvas work from the first moment.
  useEffect(() => focus(), [focus])

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey) return
    const act = keyAct(event)
    if (!act) return
    event.preventDefault()
    act()
  }

  function keyAct(event: React.KeyboardEvent): (() => void) | null {
    const isOpen = hand.gesture.kind === 'polygon'
    if (event.key === 'Escape') return isOpen || hand.gesture.kind !== 'idle' ? hand.cancel : chosen ? () => onChoose(null) : () => onTool('select')
    if (event.key === 'Enter') {
      if (isOpen) return hand.close
      const { at, reach } = stage.middle()
      return tool === 'select' ? null : () => onDraw(placed(tool, at, reach, picture))
    }
    if (event.key === 'Backspace' || event.key === 'Delete') return isOpen ? hand.dropCorner : chosen ? () => onDelete(chosen.id) : null
    const arrow = ARROWS[event.key]
    if (!arrow) return null
    const far = (event.shiftKey ? 10 : 1) * Math.max(1, Math.round(1 / stage.view.scale))
    const by: Point = [arrow[0] * far, arrow[1] * far]
    if (!chosen) return () => stage.panBy([-arrow[0] * 60, -arrow[1] * 60])
    return () => onReplace((event.altKey ? grown : moved)(chosen, by, picture), `nudge ${chosen.id}`)
  }

  const live = hand.live
  const moving = live && 'id' in live ? live : null
  const shown = useMemo(() => (moving ? replaced(regions, moving) : regions), [regions, moving])
  const above = moving ?? chosen
  const next = labels.indexOf(nextLabel)
  const shared = { regions: isHidden ? NONE : shown, labels, hovered, chosen: chosen?.id ?? null }
  return (
    <Stage
      label={label}
      src={src}
      picture={picture}
      stage={stage}
      attach={attach}
      over={over}
      cursor={hand.cursor}
      onDown={hand.onDown}
      onMove={hand.onMove}
      onUp={hand.onUp}
      onCancel={hand.onCancel}
      onLeave={hand.onLeave}
      onKeyDown={onKeyDown}
      pins={
        <>
          <Pins {...shared} numbers={numbers} />
          {live && !moving && live.shape === 'point' && <Pin region={{ id: 'live', label: nextLabel, ...live }} label={next} hasTag={false} />}
          {hand.gesture.kind === 'polygon' && <OpenPolygon points={hand.gesture.points} hover={hand.gesture.hover} label={next} />}
          {above && !isHidden && <Grips region={above} handles={gripsOf(above)} />}
        </>
      }
    >
      <Outlines {...shared} suggested={suggested} wrong={wrong} />
      {live && !moving && <Outline region={{ id: 'live', label: nextLabel, ...live }} label={next} />}
    </Stage>
  )
}
