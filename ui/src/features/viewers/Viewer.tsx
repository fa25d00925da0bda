// What there is to look at: pictures large, everything else beneath, each in the viewer of its kind.
import { useQuery } from '@tanstack/react-query'
import { IconFile } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { fileQuery, viewUrl } from '@/api/files'
import type { File, Id, Json } from '@/api/types'
import { JsonView } from '@/design/JsonView'
import { Picture } from '@/design/Picture'
import { Bytes } from '@/design/Time'
import { type Shown, columnsOf } from '@/features/viewers/shown'
import css from '@/features/viewers/Viewer.module.css'
import type { Shape } from '@/lib/shapes'

interface ViewerProps {
  items: readonly Shown[]
  files: Readonly<Record<Id, File>>
  /** Regions over a picture. */
  shapesOn?: (file: Id) => readonly Shape[]
  /** Over the pictures: which layers are shown. */
  layers?: ReactNode
}

export function Viewer({ items, files, shapesOn, layers }: ViewerProps) {
  const pictures = items.filter((item) => item.kind === 'picture')
  const others = items.filter((item) => item.kind !== 'picture')
  const [at, setAt] = useState(0)
  const picture = pictures[Math.min(at, pictures.length - 1)]
  return (
    <div className={css['viewer']}>
      {layers}
      {pictures.length > 1 && (
        <div className={css['tabs']} role="tablist" aria-label="Pictures">
          {pictures.map((item, index) => (
            <button key={index} type="button" role="tab" aria-selected={item === picture} onClick={() => setAt(index)}>{item.title}</button>
          ))}
        </div>
      )}
      {picture && <PictureOf key={String(picture.value)} title={picture.title} id={String(picture.value)} files={files} shapes={shapesOn?.(String(picture.value)) ?? []} />}
      {others.length > 0 && (
        <div className={picture ? css['beneath'] : css['alone']}>
          {others.map((item, index) => (
            <section key={index} className={css['item']}>
              <h3>{item.title}</h3>
              <Value item={item} files={files} />
            </section>
          ))}
        </div>
      )}
      {items.length === 0 && <p className={css['nothing']}>This task has no input to show.</p>}
    </div>
  )
}

interface PictureOfProps {
  title: string
  id: Id
  files: Readonly<Record<Id, File>>
  shapes: readonly Shape[]
}

function PictureOf({ title, id, files, shapes }: PictureOfProps) {
  const [hovered, setHovered] = useState<string | null>(null)
  const known = files[id]
  const { data } = useQuery({ ...fileQuery(id), enabled: !known })
  const file = known ?? data
  return <Picture src={viewUrl(id, file)} width={file?.width} height={file?.height} alt={title} shapes={shapes} hovered={hovered} onHover={setHovered} />
}

function Value({ item, files }: { item: Shown; files: Readonly<Record<Id, File>> }) {
  if (item.kind === 'text') return <div className={css['text']} tabIndex={0} role="group" aria-label={item.title}>{String(item.value)}</div>
  if (item.kind === 'table') return <Table rows={item.value as Json[]} title={item.title} />
  if (item.kind === 'json') return <JsonView text={JSON.stringify(item.value, null, 2)} label={item.title} />
  if (item.kind === 'scalar') return <div className="numbers">{item.value === true ? 'yes' : item.value === false ? 'no' : String(item.value)}</div>
  const file = files[String(item.value)]
  return (
    <a className={css['file']} href={file?.url} download={file?.name}>
      <IconFile size={16} aria-hidden /> {file?.name ?? String(item.value)} {file && <span className="meta"><Bytes n={file.bytes} /></span>}
    </a>
  )
}

const ROWS_MAX = 500

function Table({ rows, title }: { rows: Json[]; title: string }) {
  const columns = columnsOf(rows)
  const cell = (value: unknown) => (value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value))
  return (
    <div className={css['scroll']} tabIndex={0} role="group" aria-label={title}>
      <table className={css['table']}>
        <thead>
          <tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_MAX).map((row, at) => (
            <tr key={at}>{columns.map((column) => <td key={column} data-number={typeof row[column] === 'number' || undefined}>{cell(row[column])}</td>)}</tr>
          ))}
        </tbody>
      </table>
      {rows.length > ROWS_MAX && <p className="meta">The first {ROWS_MAX} of {rows.length} rows.</p>}
    </div>
  )
}
