// Annotating a picture: the canvas on the left, labels and the list of regions on the right.
import { type ReactNode, useMemo, useRef, useState } from 'react'
import type { Json, Region } from '@/api/types'
import { Split } from '@/design/Split'
import { Canvas, type CanvasHandle } from '@/features/canvas/Canvas'
import type { Tool } from '@/features/canvas/drawing'
import css from '@/features/canvas/Editor.module.css'
import type { Shape } from '@/features/canvas/geometry'
import { LabelBar } from '@/features/canvas/LabelBar'
import { Suggested } from '@/features/canvas/Suggested'
import { RegionList } from '@/features/canvas/RegionList'
import { corrected, labelCounts, labelsFor, neighbour, newRegion, regionsOf, replaced, suggestedIds } from '@/features/canvas/regions'
import { type Steps, Toolbar } from '@/features/canvas/Toolbar'
import type { Answering } from '@/lib/answering'
import { count } from '@/lib/format'
import { useHotkeys } from '@/lib/hotkeys'
import { useStable } from '@/lib/use-stable'
import type { Size } from '@/lib/view'

export interface PictureSource {
  src: string
  size: Size
}

interface AnnotateEditorProps extends Answering<Json> {
  picture: PictureSource
  /** The labels to choose from; none means any text. */
  labels: readonly string[]
  prompt: ReactNode
  prefill: Json | null
  steps: Steps
}

export function AnnotateEditor({ picture, labels: given, prompt, prefill, steps, answer, change, saysAt, touched, touch }: AnnotateEditorProps) {
  const canvas = useRef<CanvasHandle>(null)
  const [tool, setTool] = useState<Tool>(() => (prefill ? 'select' : 'rectangle'))
  const [chosenId, setChosenId] = useState<string | null>(null)
  const [hovered, setHovered] = useState<string | null>(null)
  const [isHidden, setHidden] = useState(false)
  const regions = useMemo(() => regionsOf(answer), [answer])
  const before = useMemo(() => regionsOf(prefill), [prefill])
  const labels = useMemo(() => labelsFor(given, regions), [given, regions])
  const [picked, setPicked] = useState<string | null>(null)
  const nextLabel = picked ?? labels[0] ?? ''
  const chosen = regions.find((region) => region.id === chosenId) ?? null
  const suggested = useMemo(() => suggestedIds(regions, before, touched), [regions, before, touched])
  const problems = useMemo(() => new Map(regions.flatMap((region, at) => (saysIn(saysAt, at) ? [[region.id, saysIn(saysAt, at) ?? '']] : []))), [regions, saysAt])
  const wrong = useMemo(() => new Set(problems.keys()), [problems])
  const counts = useMemo(() => labelCounts(regions), [regions])

  const put = (next: Region[], about: string | null = null) => change({ ...answer, regions: next }, about)
  const choose = (id: string | null) => {
    setChosenId(id)
    if (id) touch(id)
  }
  const draw = (shape: Shape) => {
    const region = newRegion(shape, nextLabel)
    put([...regions, region])
    setChosenId(region.id)
    setHidden(false)
  }
  const replace = (region: Region, about: string | null) => {
    put(replaced(regions, corrected(region)), about)
    touch(region.id)
  }
  const remove = (id: string) => {
    const next = neighbour(regions, id, 1)
    put(regions.filter((region) => region.id !== id))
    setChosenId(tool === 'select' && next && next.id !== id ? next.id : null)
    canvas.current?.focus()
  }
  const pick = (label: string) => {
    setPicked(label)
    if (chosen && chosen.label !== label) replace({ ...chosen, label }, null)
    else if (chosen) touch(chosen.id)
  }
  const chooseRow = useStable((id: string) => {
    choose(id)
    const region = regions.find((one) => one.id === id)
    if (region) canvas.current?.reveal(region)
  })
  const changeRow = useStable(replace)
  const removeRow = useStable(remove)
  const cycle = (step: 1 | -1) => {
    const next = neighbour(regions, chosenId, step)
    if (!next) return
    choose(next.id)
    canvas.current?.reveal(next)
    canvas.current?.focus()
  }
  useHotkeys([
    { keys: ']', says: 'Next region', group: 'Drawing', run: () => cycle(1) },
    { keys: '[', says: 'Region before', group: 'Drawing', run: () => cycle(-1) },
    { keys: 'delete', says: 'Delete the region', group: 'Drawing', run: () => chosen && remove(chosen.id) },
    { keys: 'backspace', says: 'Delete the region', group: 'Drawing', run: () => chosen && remove(chosen.id) },
    { keys: 'l', says: 'Choose its label from the list', group: 'Labels', run: () => document.querySelector<HTMLElement>(`[data-label-of="${chosenId ?? ''}"]`)?.focus() },
    { keys: 'arrowup', says: 'Move the region by a pixel (⇧ by ten, Alt resizes)', group: 'Drawing', listedOnly: true, run: () => undefined },
    { keys: 'enter', says: 'Close the polygon; or place a shape in the middle', group: 'Drawing', listedOnly: true, run: () => undefined },
  ])

  return (
    <Split
      memory="annotate"
      usual={360}
      left={
        <div className={css['canvas']}>
          <Toolbar tool={tool} onTool={(next) => { setTool(next); canvas.current?.focus() }} isHidden={isHidden} onHidden={setHidden} steps={steps} />
          <Canvas
            ref={canvas}
            label="The picture. Draw with B, P and K, select with V, label with digits; the list beside it holds every region."
            src={picture.src}
            picture={picture.size}
            regions={regions}
            labels={labels}
            tool={tool}
            chosen={chosen}
            hovered={hovered}
            suggested={suggested}
            wrong={wrong}
            nextLabel={nextLabel}
            isHidden={isHidden}
            onDraw={draw}
            onReplace={replace}
            onChoose={choose}
            onHover={setHovered}
            onDelete={remove}
            onTool={setTool}
          />
        </div>
      }
      right={
        <div className={css['side']}>
          {prompt}
          {labels.length > 0 && (
            <section className={css['labels']}>
              <h3>{chosen ? 'Label of the chosen region' : 'Label of the next region'}</h3>
              <LabelBar labels={labels} current={chosen ? chosen.label : nextLabel} counts={counts} onPick={pick} />
            </section>
          )}
          <section className={css['regions']}>
            <header className={css['head']}>
              <h3>Regions</h3> <span className="meta numbers">{count(regions.length)}</span>
              {suggested.size > 0 && <Suggested left={suggested.size} onAll={() => suggested.forEach(touch)} />}
            </header>
            {saysAt('regions') && <div className={css['problem']} role="alert">{saysAt('regions')}</div>}
            {regions.length === 0 && <p className={css['empty']}>Drag on the picture to draw a box. Choose another tool with P for a polygon, K for a point.</p>}
            <RegionList regions={regions} labels={labels} isClosed={given.length > 0} chosen={chosenId} hovered={hovered} suggested={suggested} problems={problems} onChoose={chooseRow} onHover={setHovered} onChange={changeRow} onDelete={removeRow} />
          </section>
          {typeof answer['text'] === 'string' && (
            <label className={css['whole']}>
              <span>Text of the whole</span>
              <textarea rows={4} value={answer['text']} onChange={(event) => change({ ...answer, text: event.target.value }, 'text')} />
            </label>
          )}
        </div>
      }
    />
  )
}

/** What is wrong with a region or anything in it. */
function saysIn(saysAt: (place: string) => string | undefined, at: number): string | undefined {
  const place = `regions[${at}]`
  return saysAt(place) ?? ['.label', '.box', '.points', '.text', '.id', '.shape'].map((part) => saysAt(place + part)).find(Boolean)
}
