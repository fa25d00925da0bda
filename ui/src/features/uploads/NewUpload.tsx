// Sending a file of tasks: which project, which file, what one bad row means for the others.
import { Radio, Select } from '@mantine/core'
import '@mantine/core/styles/Radio.layer.css'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { projectSchemaQuery } from '@/api/projects'
import type { ColumnMapping, Project, ProjectSchema, Upload, UploadMode, UploadPreview } from '@/api/types'
import { WHOLE_BYTES_MAX, isTooLargeToShow, uploadPreviewQuery, useSendUpload } from '@/api/uploads'
import { useMay } from '@/api/who'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { ProgressBar } from '@/design/Progress'
import { Sentence } from '@/design/Sentence'
import { Skeleton } from '@/design/Skeleton'
import { hasLook, toLookAt } from '@/features/uploads/bundle'
import { DropArea } from '@/features/uploads/DropArea'
import { ExpectedColumns } from '@/features/uploads/ExpectedColumns'
import { KeepFor, type Keeper } from '@/features/uploads/KeepFor'
import { MappingTable } from '@/features/uploads/MappingTable'
import { PreviewRows } from '@/features/uploads/PreviewRows'
import css from '@/features/uploads/uploads.module.css'
import type { Chosen } from '@/features/uploads/use-chosen'
import { asProblem } from '@/lib/problem'
import { uuid } from '@/lib/uuid'

interface NewUploadProps {
  open: boolean
  onClose: () => void
  /** Those that take new tasks. */
  projects: Project[]
  /** Chosen beforehand, as by a filter or by the last upload. */
  project: string
  onProject: (id: string) => void
  chosen: Chosen
  onSent: (upload: Upload) => void
}

export function NewUpload({ open, onClose, ...rest }: NewUploadProps) {
  return (
    <Dialog open={open} onClose={onClose} title="Upload tasks" size={820}>
      {open && <NewUploadForm onClose={onClose} {...rest} />}
    </Dialog>
  )
}

function NewUploadForm({ onClose, projects, project, onProject, chosen: given, onSent }: Omit<NewUploadProps, 'open'>) {
  const { file } = given
  const mayKeep = useMay('work.release_any')
  const [keeper, setKeeper] = useState<Keeper | null>(null)
  const [mode, setMode] = useState<UploadMode>('valid_rows')
  const [part, setPart] = useState(0)
  const [chosenMapping, setMapping] = useState<{ file: File; project: string; mapping: ColumnMapping } | null>(null)
  const stop = useRef<AbortController>(null)
  const intent = useRef<{ file: File; project: string; mode: UploadMode; said: string; key: string }>(null)
  const send = useSendUpload()
  const schema = useQuery({ ...projectSchemaQuery(project), enabled: project !== '' })
  const mine = chosenMapping?.file === file && chosenMapping?.project === project ? chosenMapping.mapping : null
  const preview = useQuery(uploadPreviewQuery(file, project, mine, file && hasLook(file) ? () => toLookAt(file, WHOLE_BYTES_MAX) : undefined))
  useEffect(() => () => stop.current?.abort(), [])

  const chosen = projects.find((each) => each.id === project)
  const why = !chosen
    ? 'Choose the project that the tasks belong to.'
    : chosen.published_version === null
      ? `${chosen.name} is not published yet; publish it in the Studio first.`
      : !file
        ? given.isPacking ? 'The files are being put together.' : 'Choose a file first.'
        : isRefused(preview.error)
          ? 'The file cannot be taken: choose another one.'
          : preview.data && preview.data.rows.length === 0 && preview.data.problem
            ? (missingColumns(preview.data, schema.data) ?? 'The file cannot be taken like this: see what is wrong with it.')
            : null
  // Where a column says it, each row is for whom it names.
  const isKept = mayKeep && !preview.data?.columns.some((column) => column.to === 'reserve_for')
  const submit = () => {
    if (!file) return
    // Sent again after a broken line, the same file must not become a second upload.
    const mapping = preview.data && preview.data.columns.length > 0 ? Object.fromEntries(preview.data.columns.map((column) => [column.name, column.to])) : mine
    const last = intent.current
    const reserveFor = isKept ? (keeper?.id ?? null) : null
    const said = JSON.stringify([mapping, reserveFor])
    if (last?.file !== file || last.project !== project || last.mode !== mode || last.said !== said) intent.current = { file, project, mode, said, key: uuid() }
    const idempotencyKey = intent.current?.key ?? uuid()
    stop.current = new AbortController()
    setPart(0)
    send.mutate({ file, project, mode, mapping, reserveFor, onProgress: setPart, signal: stop.current.signal, idempotencyKey }, { onSuccess: onSent })
  }
  return (
    <>
      <Select
        label="Project"
        data={projects.map((each) => ({ value: each.id, label: each.name }))}
        value={project || null}
        onChange={(id) => id && onProject(id)}
        placeholder="Choose a project"
        data-autofocus
        nothingFoundMessage="No project is called so."
        allowDeselect={false}
        searchable={projects.length > 8}
      />
      <DropArea chosen={given} />
      {project && !preview.data && !preview.isFetching && <ExpectedColumns schema={schema.data} problem={schema.error} />}
      {file && isTooLargeToShow(file) && !hasLook(file) && <p className={css['soft']}>The file is too large to be shown before it is uploaded.</p>}
      {preview.isFetching && !preview.data && <Skeleton height={180} radius={6} />}
      <ProblemNotice problem={preview.error?.name === 'AbortError' ? null : preview.error} />
      {file && preview.data && schema.data && (
        <>
          {preview.data.columns.length > 0 && <MappingTable preview={preview.data} schema={schema.data} onChange={(mapping) => setMapping({ file, project, mapping })} />}
          {preview.data.notes.map((note) => <p key={note} className={css['soft']}><Sentence text={note} /></p>)}
          <FileFlaws preview={preview.data} schema={schema.data} />
          <PreviewRows preview={preview.data} keeper={isKept ? (keeper?.name ?? null) : null} />
        </>
      )}
      {isKept && <KeepFor project={chosen} keeper={keeper} onKeeper={setKeeper} />}
      <Radio.Group label="When a row is wrong" value={mode} onChange={(value) => setMode(value as UploadMode)}>
        <div className={css['modes']}>
          <Radio size="xs" value="valid_rows" label="Take the valid rows, list the others" />
          <Radio size="xs" value="all_or_nothing" label="Take none" />
        </div>
      </Radio.Group>
      <ProblemNotice problem={send.error?.name === 'AbortError' ? null : send.error} />
      {send.isPending && <ProgressBar label="Sending" value={part} max={1} />}
      <DialogFoot>
        {file && why && <span className={css['whyNot']}>{why}</span>}
        <Button onClick={send.isPending ? () => stop.current?.abort() : onClose}>{send.isPending ? 'Stop' : 'Cancel'}</Button>
        <Button look="primary" disabledReason={why} pending={send.isPending} onClick={submit}>
          {send.isPending ? (part < 1 ? `Sending ${Math.round(part * 100)} %` : 'Storing') : 'Upload'}
        </Button>
      </DialogFoot>
    </>
  )
}

/** A refusal of the file itself; where only the line broke, it may be sent all the same. */
const isRefused = (error: unknown) => error !== null && [400, 413, 415, 422].includes(asProblem(error).status)

function missingColumns(preview: UploadPreview, schema: ProjectSchema | undefined): string | null {
  const required = schema?.input.required ?? []
  const names = preview.flaws.map((flaw) => flaw.field ?? '').filter((name) => required.includes(name))
  return names.length > 0 ? `Nothing goes to ${names.join(', ')} yet: choose a column for it above.` : null
}

/** What is wrong with the file as a whole; columns that are missing are told beside the mapping. */
function FileFlaws({ preview, schema }: { preview: UploadPreview; schema: ProjectSchema }) {
  const known = schema.input.required ?? []
  const flaws = preview.flaws.filter((flaw) => !known.includes(flaw.field ?? ''))
  if (!preview.problem || (preview.flaws.length > 0 && flaws.length === 0)) return null
  return (
    <div className={css['fileFlaws']}>
      <p><Sentence text={preview.problem} /></p>
      {flaws.slice(0, 6).map((flaw, at) => (
        <p key={at}>{flaw.field && <code>{flaw.field}</code>} <Sentence text={flaw.says} /></p>
      ))}
    </div>
  )
}
