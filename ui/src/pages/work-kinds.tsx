// Which editor answers which kind of work, what it begins with, and what it checks before the server is asked.
import type { ReactNode } from 'react'
import type { File, Hold, Json } from '@/api/types'
import { viewUrl } from '@/api/files'
import { ClassifyEditor } from '@/features/answers/ClassifyEditor'
import { FillEditor } from '@/features/answers/FillEditor'
import { writtenBy } from '@/features/answers/long-numbers'
import { defaultsOf, resolved } from '@/features/answers/schema'
import { flawsOf } from '@/features/answers/schema-check'
import { AnnotateEditor } from '@/features/canvas/AnnotateEditor'
import { transcriptionOf } from '@/features/canvas/lines'
import { regionsOf } from '@/features/canvas/regions'
import { TranscribeEditor } from '@/features/canvas/TranscribeEditor'
import { Viewer } from '@/features/viewers/Viewer'
import { shownOfStep } from '@/features/viewers/shown'
import { Prompt } from '@/features/work/Instructions'
import type { Bench } from '@/features/work/Workbench'

interface Kind {
  prefilled: (hold: Hold) => Json
  check: (hold: Hold, answer: Json) => { place: string; says: string }[]
  editor: (hold: Hold, bench: Bench, picture: File | undefined) => ReactNode
  /** The answer as the server reads it. */
  written?: (hold: Hold, answer: Json) => string
  /** The file of the picture that is drawn on. */
  pictureId?: (hold: Hold) => string | null
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])
const imageOf = (hold: Hold): string | null => (typeof hold.step_run.with['image'] === 'string' ? hold.step_run.with['image'] : null)
const subject = ({ step_run: step, task }: Hold) => <Viewer items={shownOfStep(step.with, task.input, task.input_schema, task.files)} files={task.files} />
const source = (file: File | undefined, id: string | null) => ({ src: id ? viewUrl(id, file) : '', size: { width: file?.width || 1000, height: file?.height || 750 } })
const shared = ({ step_run: step }: Hold) => ({ prompt: <Prompt text={step.with['prompt']} />, prefill: step.prefill })

const annotate: Kind = {
  prefilled: ({ step_run: { prefill } }) => ({ regions: regionsOf(prefill), ...(typeof prefill?.['text'] === 'string' ? { text: prefill['text'] } : {}) }),
  check: ({ step_run: step }, answer) =>
    strings(step.with['labels']).length === 0
      ? []
      : regionsOf(answer).flatMap((region, at) => (strings(step.with['labels']).includes(region.label) ? [] : [{ place: `regions[${at}].label`, says: 'Choose a label.' }])),
  pictureId: imageOf,
  editor: (hold, bench, file) => <AnnotateEditor {...bench} {...shared(hold)} picture={source(file, imageOf(hold))} labels={strings(hold.step_run.with['labels'])} />,
}

const transcribe: Kind = {
  prefilled: ({ step_run: step }) => ({ ...transcriptionOf(step.prefill) }),
  check: () => [],
  pictureId: imageOf,
  editor: (hold, bench, file) => <TranscribeEditor {...bench} {...shared(hold)} picture={source(file, imageOf(hold))} />,
}

const classify: Kind = {
  prefilled: ({ step_run: step }) => ({ labels: strings(step.prefill?.['labels']) }),
  check: (_, answer) => (strings(answer['labels']).length > 0 ? [] : [{ place: 'labels', says: 'Choose a label first.' }]),
  editor: (hold, bench) => <ClassifyEditor {...bench} {...shared(hold)} subject={subject(hold)} labels={strings(hold.step_run.with['labels'])} isMultiple={hold.step_run.with['multiple'] === true} />,
}

/** Also what answers a kind of work that this page has no editor for: its schema says enough for a form. */
const fill: Kind = {
  prefilled: ({ step_run: { output_schema: schema, prefill } }) => ({ ...defaultsOf(resolved(schema, schema), schema), ...(prefill ?? {}) }),
  check: ({ step_run: step }, answer) => flawsOf(answer, step.output_schema),
  editor: (hold, bench) => <FillEditor {...bench} {...shared(hold)} subject={subject(hold)} schema={hold.step_run.output_schema} />,
  written: ({ step_run: step }, answer) => writtenBy(answer, step.output_schema),
}

const KINDS: Record<string, Kind> = { annotate, transcribe, classify, fill }

export const kindOfWork = (use: string): Kind => KINDS[use] ?? fill
