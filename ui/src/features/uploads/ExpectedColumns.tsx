// The names a file may use for a project, whether the chosen file has them, and one example row.
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { JsonSchema, ProjectSchema } from '@/api/types'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { CopyButton } from '@/design/Time'
import { exampleCsv, exampleJsonl } from '@/features/uploads/examples'
import css from '@/features/uploads/uploads.module.css'
import { ENVELOPE, answerColumns, meaningOf } from '@/features/uploads/fields'

interface ExpectedColumnsProps {
  schema: ProjectSchema | undefined
  problem: unknown
}

export function ExpectedColumns({ schema, problem }: ExpectedColumnsProps) {
  if (problem) return <ProblemNotice problem={problem} />
  if (!schema) return <Skeleton height={120} radius={6} />
  const fields = Object.entries(schema.input.properties ?? {})
  const required = schema.input.required ?? []
  const answers = new Set(answerColumns(schema))
  return (
    <div>
      <table className={css['fields']} aria-label="Expected columns">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Holds</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(([name, field]) => (
            <Field key={name} name={name} field={field} isRequired={required.includes(name)} />
          ))}
          {ENVELOPE.filter((each) => !(schema.input.properties ?? {})[each.name]).map((each) => (
            <tr key={each.name} className={css['extra']}>
              <td><code>{each.name}</code></td>
              <td>{each.says}</td>
            </tr>
          ))}
          {schema.prefills.filter(({ columns }) => columns.some((name) => answers.has(name))).map(({ step, columns }) => (
            <tr key={step} className={css['extra']}>
              <td><code>answer.{step}</code></td>
              <td>An answer for people to start from at {step}: a JSON object{columns.length > 1 && <>, or a field each: <code>{columns[1]}</code>{columns.length > 2 && ' and so on'}</>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Example schema={schema} />
    </div>
  )
}

function Field({ name, field, isRequired }: { name: string; field: JsonSchema; isRequired: boolean }) {
  return (
    <tr>
      <td><code>{name}</code>{isRequired && <span className={css['required']}> required</span>}</td>
      <td>{meaningOf(field)}</td>
    </tr>
  )
}

function Example({ schema }: { schema: ProjectSchema }) {
  const [format, setFormat] = useState('csv')
  const text = format === 'csv' ? exampleCsv(schema) : exampleJsonl(schema)
  return (
    <details className={css['example']}>
      <summary>An example file</summary>
      <div className={css['exampleHead']}>
        <SegmentedControl size="xs" aria-label="Format of the example" data={[{ value: 'csv', label: 'CSV' }, { value: 'jsonl', label: 'JSON Lines' }]} value={format} onChange={setFormat} />
        <CopyButton text={text} />
        <a href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download={`example.${format}`}>Download</a>
      </div>
      <pre>{text}</pre>
    </details>
  )
}
