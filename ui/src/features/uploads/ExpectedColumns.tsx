// The names a file may use for a project, whether the chosen file has them, and one example row.
import { SegmentedControl } from '@mantine/core'
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import { useState } from 'react'
import type { JsonSchema, ProjectSchema } from '@/api/types'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { CopyButton } from '@/design/Time'
import { exampleCsv, exampleJsonl } from '@/features/uploads/examples'
import css from '@/features/uploads/uploads.module.css'
import { ENVELOPE, meaningOf } from '@/features/uploads/fields'

interface ExpectedColumnsProps {
  schema: ProjectSchema | undefined
  problem: unknown
  /** What the chosen file has; null while there is none, or its beginning does not tell. */
  names: string[] | null
}

export function ExpectedColumns({ schema, problem, names }: ExpectedColumnsProps) {
  if (problem) return <ProblemNotice problem={problem} />
  if (!schema) return <Skeleton height={120} radius={6} />
  const fields = Object.entries(schema.input.properties ?? {})
  const required = schema.input.required ?? []
  const known = [...fields.map(([name]) => name), ...ENVELOPE.map((each) => each.name)]
  const strangers = names?.filter((name) => !known.includes(name)) ?? []
  return (
    <div>
      <table className={css['fields']} aria-label="Expected columns">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Holds</th>
            <th scope="col">{names ? 'In the file' : ''}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(([name, field]) => (
            <Field key={name} name={name} field={field} isRequired={required.includes(name)} names={names} />
          ))}
          {ENVELOPE.filter((each) => !(schema.input.properties ?? {})[each.name]).map((each) => (
            <tr key={each.name} className={css['extra']}>
              <td><code>{each.name}</code></td>
              <td>{each.says}</td>
              <td>{names?.includes(each.name) && <Found />}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {strangers.length > 0 && (
        <p className={css['strangers']}>
          <IconAlertTriangle size={14} aria-hidden /> Not known to the project: {strangers.slice(0, 6).map((name) => <code key={name}>{name || '(no name)'}</code>)}
          {strangers.length > 6 && ` and ${strangers.length - 6} more`}
        </p>
      )}
      <Example schema={schema} />
    </div>
  )
}

const Found = () => <span className={css['found']}><IconCheck size={14} aria-hidden /> yes</span>

function Field({ name, field, isRequired, names }: { name: string; field: JsonSchema; isRequired: boolean; names: string[] | null }) {
  return (
    <tr>
      <td><code>{name}</code>{isRequired && <span className={css['required']}> required</span>}</td>
      <td>{meaningOf(field)}</td>
      <td>{names && (names.includes(name) ? <Found /> : isRequired ? <span className={css['missing']}>missing</span> : <span className={css['none']}>–</span>)}</td>
    </tr>
  )
}

function Example({ schema }: { schema: ProjectSchema }) {
  const [format, setFormat] = useState('csv')
  const text = format === 'csv' ? exampleCsv(schema.example) : exampleJsonl(schema.example)
  return (
    <details className={css['example']}>
      <summary>An example</summary>
      <div className={css['exampleHead']}>
        <SegmentedControl size="xs" aria-label="Format of the example" data={[{ value: 'csv', label: 'CSV' }, { value: 'jsonl', label: 'JSON Lines' }]} value={format} onChange={setFormat} />
        <CopyButton text={text} />
        <a href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download={`example.${format}`}>Download</a>
      </div>
      <pre>{text}</pre>
    </details>
  )
}
