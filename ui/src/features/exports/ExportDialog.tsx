// Taking tasks out: how they are written, which answers go along, and whether it streams at once or is made and kept.
import { Autocomplete, Checkbox, Radio, Select } from '@mantine/core'
import '@mantine/core/styles/Radio.layer.css'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { type ExportChoice, consumersQuery, exportBody, streamUrl, useAskExport, useTryStream } from '@/api/exports'
import { projectsQuery } from '@/api/projects'
import type { Export, ExportAnswers, ExportFormat, ExportInclude } from '@/api/types'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { ANSWERS, FIRST_CHOICE, FORMATS, fitting, stepsInView, whyNoEvents, whyNotDownload, whyNotExport } from '@/features/exports/choices'
import css from '@/features/exports/exports.module.css'
import { totalOf } from '@/lib/format'
import { useRemembered } from '@/lib/remember'
import type { SelectedCount, Selection } from '@/lib/selection'
import { saveFrom } from '@/lib/take-away'
import { uuid } from '@/lib/uuid'

interface ExportDialogProps {
  open: boolean
  onClose: () => void
  /** What goes out; without it everything. */
  selection?: Selection | null
  count?: SelectedCount | null
  /** What goes out, where it is no number. */
  title?: string
  /** What is chosen at first. */
  first?: ExportChoice
  /** It is being made in the background. */
  onAsked?: (made: Export) => void
}

export function ExportDialog({ open, onClose, count, title, ...rest }: ExportDialogProps) {
  const what = count ? totalOf(count.n, count.isExact, 'task') : 'all tasks'
  return (
    <Dialog open={open} onClose={onClose} title={title ?? `Export ${what}`} size={560}>
      {open && <ExportForm onClose={onClose} {...rest} />}
    </Dialog>
  )
}

function ExportForm({ onClose, selection = null, first, onAsked }: Omit<ExportDialogProps, 'open' | 'count' | 'title'>) {
  const [remembered, remember] = useRemembered<ExportFormat>('exports.format', FIRST_CHOICE.format)
  const [chosen, setChosen] = useState<ExportChoice>(first ?? { ...FIRST_CHOICE, format: remembered })
  const consumers = useQuery(consumersQuery)
  const projects = useQuery({ ...projectsQuery, enabled: chosen.answers === 'step' })
  // A flow of before may have had a step that the present one has not.
  const steps = [...new Set([...stepsInView(projects.data?.items ?? [], selection), ...(first?.answersOf ? [first.answersOf] : [])])]
  const asking = useAskExport()
  const trying = useTryStream()
  // The same export asked for again after a broken line must not be made twice.
  const intent = useRef<{ told: string; key: string }>(null)
  const choice = fitting(chosen, projects.data && steps)
  const change = (next: Partial<ExportChoice>) => setChosen((now) => ({ ...now, ...next }))

  const inBackground = () => {
    trying.reset()
    const body = exportBody(choice, selection)
    const told = JSON.stringify(body)
    if (intent.current?.told !== told) intent.current = { told, key: uuid() }
    asking.mutate({ body, idempotencyKey: intent.current.key }, {
      onSuccess: (made) => {
        remember(choice.format)
        onAsked?.(made)
        onClose()
      },
    })
  }
  const straight = () => {
    asking.reset()
    trying.mutate({ choice, selection }, {
      onSuccess: () => {
        remember(choice.format)
        saveFrom(streamUrl(choice, selection), '')
        onClose()
      },
    })
  }
  return (
    <>
      <Radio.Group label="Format" value={choice.format} onChange={(format) => change({ format: format as ExportFormat })}>
        <div className={css['formats']}>
          {FORMATS.map((format) => (
            <Radio key={format.value} size="xs" value={format.value} label={format.label} description={format.says} data-autofocus={format.value === choice.format || undefined} />
          ))}
        </div>
      </Radio.Group>
      <Select label="Answers" data={ANSWERS} value={choice.answers} onChange={(answers) => answers && change({ answers: answers as ExportAnswers })} allowDeselect={false} />
      {choice.answers === 'step' && (
        <Select
          label="Step"
          placeholder={projects.isPending ? 'Looking for the steps' : steps.length > 0 || projects.error ? 'Choose a step' : 'No flow of these tasks is published'}
          data={steps}
          value={choice.answersOf || null}
          onChange={(answersOf) => change({ answersOf: answersOf ?? '' })}
          searchable={steps.length > 8}
          allowDeselect={false}
        />
      )}
      {choice.answers === 'step' && <ProblemNotice problem={projects.error} onRetry={() => void projects.refetch()} />}
      <Checkbox.Group label="Also" value={choice.include} onChange={(include) => change({ include: include as ExportInclude[] })}>
        <div className={css['also']}>
          <Checkbox size="xs" value="files" label="Files, as a ZIP" />
          <Checkbox size="xs" value="events" label="Events of each task" disabled={Boolean(whyNoEvents(choice))} title={whyNoEvents(choice) ?? undefined} />
        </div>
      </Checkbox.Group>
      <Autocomplete
        label="Only what changed since the last export for"
        description="A name of your choice, such as billing. Its first export has everything."
        placeholder="Nobody: export all of it"
        // Upwards and never over the buttons; a name that is typed out needs no suggestion.
        data={[...new Set((consumers.data?.items ?? []).map((consumer) => consumer.name))].filter((name) => name !== choice.consumer)}
        comboboxProps={{ position: 'top-start', middlewares: { flip: false, shift: true } }}
        value={choice.consumer}
        onChange={(consumer) => change({ consumer })}
        maxLength={100}
      />
      <ProblemNotice problem={asking.error ?? trying.error} />
      <DialogFoot>
        <Button onClick={onClose}>Cancel</Button>
        <Button disabledReason={whyNotDownload(choice, selection)} pending={trying.isPending} onClick={straight}>Download now</Button>
        <Button look="primary" disabledReason={whyNotExport(choice, selection)} pending={asking.isPending} onClick={inBackground}>Export in background</Button>
      </DialogFoot>
    </>
  )
}
