// Transcribing a picture: its lines as boxes on the left, as text on the right; or the text as one piece.
import { SegmentedControl } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import type { Json } from '@/api/types'
import { IconButton } from '@/design/Button'
import { Split } from '@/design/Split'
import type { PictureSource } from '@/features/canvas/AnnotateEditor'
import { Canvas, type CanvasHandle } from '@/features/canvas/Canvas'
import type { Tool } from '@/features/canvas/drawing'
import css from '@/features/canvas/Editor.module.css'
import type { Shape } from '@/features/canvas/geometry'
import { type TextLine, areInStep, asRegions, placeFor, transcriptionOf, unscored, withLines, withText } from '@/features/canvas/lines'
import { Suggested } from '@/features/canvas/Suggested'
import { type Steps, Toolbar } from '@/features/canvas/Toolbar'
import type { Answering } from '@/lib/answering'
import { isSame } from '@/lib/at-path'
import { useHotkeys } from '@/lib/hotkeys'

interface TranscribeEditorProps extends Answering<Json> {
  picture: PictureSource
  prompt: ReactNode
  prefill: Json | null
  steps: Steps
}

const TOOLS: Tool[] = ['select', 'rectangle']
/** Lines have no labels: all are of one hue. */
const ONE = ['']

export function TranscribeEditor({ picture, prompt, prefill, steps, answer, change, saysAt, touched, touch }: TranscribeEditorProps) {
  const canvas = useRef<CanvasHandle>(null)
  const list = useRef<HTMLOListElement>(null)
  const said = useMemo(() => transcriptionOf(answer), [answer])
  const before = useMemo(() => transcriptionOf(prefill), [prefill])
  const regions = useMemo(() => asRegions(said.lines), [said.lines])
  const numbers = useMemo(() => new Map(regions.map((region, at) => [region.id, String(at + 1)])), [regions])
  const [mode, setMode] = useState<'lines' | 'text'>(said.lines.length > 0 || said.text === '' ? 'lines' : 'text')
  const [tool, setTool] = useState<Tool>(said.lines.length > 0 ? 'select' : 'rectangle')
  const [chosenId, setChosenId] = useState<string | null>(null)
  const [hovered, setHovered] = useState<string | null>(null)
  const [isHidden, setHidden] = useState(false)
  const chosen = regions.find((region) => region.id === chosenId) ?? null
  const isSuggested = (line: TextLine, at: number) => !touched.has(`lines[${at}]`) && isSame(before.lines[at], line)
  const suggested = new Set(regions.filter((_, at) => said.lines[at] && isSuggested(said.lines[at], at)).map((region) => region.id))
  const problems = new Map(said.lines.map((_, at) => [at, saysAt(`lines[${at}]`) ?? saysAt(`lines[${at}].text`) ?? saysAt(`lines[${at}].box`)] as const))

  const put = (lines: TextLine[], about: string | null = null) => change({ ...withLines(lines) }, about)
  const choose = (id: string | null) => {
    setChosenId(id)
    if (id) touch(`lines[${id}]`)
  }
  const write = (at: number) => requestAnimationFrame(() => list.current?.querySelectorAll('textarea')[at]?.focus())
  // Typing works from the first moment, where there is a line to type in.
  useEffect(() => list.current?.querySelector('textarea')?.focus(), [])
  const draw = (shape: Shape) => {
    if (!shape.box) return
    const at = placeFor(said.lines, shape.box)
    put(said.lines.toSpliced(at, 0, { text: '', box: shape.box }))
    choose(String(at))
    setMode('lines')
    write(at)
  }
  const edit = (at: number, line: TextLine, about: string | null) => {
    put(said.lines.with(at, unscored(line)), about)
    touch(`lines[${at}]`)
  }
  const remove = (at: number) => {
    put(said.lines.toSpliced(at, 1))
    setChosenId(null)
  }
  const go = (step: 1 | -1) => {
    const at = chosenId === null ? (step === 1 ? 0 : said.lines.length - 1) : Number(chosenId) + step
    if (said.lines[at]) write(at)
  }
  useHotkeys([
    { keys: ']', says: 'Next line', group: 'Drawing', run: () => go(1) },
    { keys: '[', says: 'Line before', group: 'Drawing', run: () => go(-1) },
    { keys: 'delete', says: 'Delete the line', group: 'Drawing', run: () => chosen && remove(Number(chosen.id)) },
    { keys: 'enter', says: 'Go to the next line', group: 'Lines', listedOnly: true, run: () => undefined },
  ])

  return (
    <Split
      memory="transcribe"
      usual={520}
      left={
        <div className={css['canvas']}>
          <Toolbar tools={TOOLS} tool={tool} onTool={setTool} isHidden={isHidden} onHidden={setHidden} steps={steps} />
          <Canvas
            ref={canvas}
            label="The picture with the boxes of its lines."
            src={picture.src}
            picture={picture.size}
            regions={regions}
            labels={ONE}
            numbers={numbers}
            tool={tool}
            chosen={chosen}
            hovered={hovered}
            suggested={suggested}
            wrong={new Set([...problems].filter(([, says]) => says).map(([at]) => String(at)))}
            nextLabel=""
            isHidden={isHidden}
            onDraw={draw}
            onReplace={(region, about) => said.lines[Number(region.id)] && region.box && edit(Number(region.id), { text: said.lines[Number(region.id)]?.text ?? '', box: region.box }, about)}
            onChoose={choose}
            onHover={setHovered}
            onDelete={(id) => remove(Number(id))}
            onTool={(next) => TOOLS.includes(next) && setTool(next)}
          />
        </div>
      }
      right={
        <div className={css['side']}>
          {prompt}
          <div className={css['modes']}>
            <SegmentedControl size="xs" value={mode} onChange={(next) => setMode(next as 'lines' | 'text')} data={[{ value: 'lines', label: `Lines ${said.lines.length}` }, { value: 'text', label: 'Whole text' }]} aria-label="Write line by line, or the whole" />
            {suggested.size > 0 && <Suggested left={suggested.size} onAll={() => suggested.forEach((id) => touch(`lines[${id}]`))} />}
          </div>
          {(saysAt('text') ?? saysAt('lines')) && <div className={css['problem']} role="alert">{saysAt('text') ?? saysAt('lines')}</div>}
          {mode === 'text' ? (
            <div className={css['plain']}>
              <textarea aria-label="Whole text" autoFocus={said.lines.length === 0} value={said.text} onChange={(event) => change({ ...withText(said, event.target.value) }, 'text')} />
            </div>
          ) : (
            <ol className={css['lines']} ref={list}>
              {said.lines.map((line, at) => (
                <li key={at} className={css['entry']} data-chosen={chosenId === String(at) || undefined} data-suggested={suggested.has(String(at)) || undefined} data-wrong={Boolean(problems.get(at)) || undefined} onPointerEnter={() => setHovered(String(at))} onPointerLeave={() => setHovered(null)}>
                  <span className={css['number']}>{at + 1}</span>
                  <textarea
                    rows={1}
                    aria-label={`Line ${at + 1}${suggested.has(String(at)) ? ', prefilled' : ''}`}
                    value={line.text}
                    onFocus={() => {
                      choose(String(at))
                      const region = regions[at]
                      if (region) canvas.current?.reveal(region)
                    }}
                    onChange={(event) => edit(at, { ...line, text: event.target.value.replaceAll('\n', ' ') }, `line ${at}`)}
                    onKeyDown={(event) => lineKey(event, () => write(at + 1), () => write(at - 1))}
                  />
                  <IconButton small label={`Delete line ${at + 1}`} onClick={() => remove(at)}><IconTrash size={14} /></IconButton>
                </li>
              ))}
              {said.lines.length === 0 && <li className={css['note']}>Draw a box round a line to write it, or write the whole text at once.</li>}
            </ol>
          )}
          {!areInStep(said) && <p className={css['note']}>The whole text and the lines differ. Changing a line writes the text anew from the lines.</p>}
        </div>
      }
    />
  )
}

function lineKey(event: React.KeyboardEvent, next: () => void, back: () => void) {
  if (event.metaKey || event.ctrlKey || event.altKey) return
  const act = event.key === 'Enter' ? (event.shiftKey ? back : next) : event.key === 'ArrowDown' ? next : event.key === 'ArrowUp' ? back : null
  if (!act) return
  event.preventDefault()
  act()
}
