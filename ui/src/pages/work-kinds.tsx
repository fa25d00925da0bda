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

/** What is to be answered: the step with everything resolved, and the task it is about. */
export interface Work {
  step_run: Pick<Hold['step_run'], 'with' | 'output_schema' | 'prefill'>
  task: Pick<Hold['task'], 'input' | 'input_schema' | 'files'>
}

interface Kind {
  prefilled: (work: Work) => Json
  check: (work: Work, answer: Json) => { place: string; says: string }[]
  editor: (work: Work, bench: Bench, picture: File | undefined) => ReactNode
  /** The answer as the server reads it. */
  written?: (work: Work, answer: Json) => string
  /** The file of the picture that is drawn on. */
  pictureId?: (work: Work) => string | null
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])
const imageOf = (work: Work): string | null => (typeof work.step_run.with['image'] === 'string' ? work.step_run.with['image'] : null)
const subject = ({ step_run: step, task }: Work) => <Viewer items={shownOfStep(step.with, task.input, task.input_schema, task.files)} files={task.files} />
const source = (file: File | undefined, id: string | null) => ({ src: id ? viewUrl(id, file) : '', size: { width: file?.width || 1000, height: file?.height || 750 } })
const shared = ({ step_run: step }: Work) => ({ prompt: <Prompt text={step.with['prompt']} />, prefill: step.prefill })

const annotate: Kind = {
  prefilled: ({ step_run: { prefill } }) => ({ regions: regionsOf(prefill), ...(typeof prefill?.['text'] === 'string' ? { text: prefill['text'] } : {}) }),
  check: ({ step_run: step }, answer) =>
    strings(step.with['labels']).length === 0
      ? []
      : regionsOf(answer).flatMap((region, at) => (strings(step.with['labels']).includes(region.label) ? [] : [{ place: `regions[${at}].label`, says: 'Choose a label.' }])),
  pictureId: imageOf,
  editor: (work, bench, file) => <AnnotateEditor {...bench} {...shared(work)} picture={source(file, imageOf(work))} labels={strings(work.step_run.with['labels'])} />,
}

const transcribe: Kind = {
  prefilled: ({ step_run: step }) => ({ ...transcriptionOf(step.prefill) }),
  check: () => [],
  pictureId: imageOf,
  editor: (work, bench, file) => <TranscribeEditor {...bench} {...shared(work)} picture={source(file, imageOf(work))} />,
}

const classify: Kind = {
  prefilled: ({ step_run: step }) => ({ labels: strings(step.prefill?.['labels']) }),
  check: (_, answer) => (strings(answer['labels']).length > 0 ? [] : [{ place: 'labels', says: 'Choose a label first.' }]),
  editor: (work, bench) => <ClassifyEditor {...bench} {...shared(work)} subject={subject(work)} labels={strings(work.step_run.with['labels'])} isMultiple={work.step_run.with['multiple'] === true} />,
}

/** Also what answers a kind of work that this page has no editor for: its schema says enough for a form. */
const fill: Kind = {
  prefilled: ({ step_run: { output_schema: schema, prefill } }) => ({ ...defaultsOf(resolved(schema, schema), schema), ...(prefill ?? {}) }),
  check: ({ step_run: step }, answer) => flawsOf(answer, step.output_schema),
  editor: (work, bench) => <FillEditor {...bench} {...shared(work)} subject={subject(work)} schema={work.step_run.output_schema} />,
  written: ({ step_run: step }, answer) => writtenBy(answer, step.output_schema),
}

const KINDS: Record<string, Kind> = { annotate, transcribe, classify, fill }

export const kindOfWork = (use: string): Kind => KINDS[use] ?? fill
