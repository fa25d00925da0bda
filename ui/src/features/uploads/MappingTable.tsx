// Which column of the file goes to which field.
import type { ColumnMapping, ProjectSchema, UploadPreview } from '@/api/types'
import { ENVELOPE, answerColumns } from '@/features/uploads/fields'
import css from '@/features/uploads/uploads.module.css'

interface MappingTableProps {
  preview: UploadPreview
  schema: ProjectSchema
  onChange: (mapping: ColumnMapping) => void
}

const WHY: Record<string, string> = { remembered: 'as last time', similar: 'a similar name', mark: 'only for mended rows' }

export function MappingTable({ preview, schema, onChange }: MappingTableProps) {
  const fields = Object.keys(schema.input.properties ?? {})
  const beside = ENVELOPE.map((each) => each.name).filter((name) => !fields.includes(name))
  const answers = answerColumns(schema)
  const now = Object.fromEntries(preview.columns.map((column) => [column.name, column.to]))
  const change = (name: string, to: string | null) => {
    const next: ColumnMapping = { ...now, [name]: to }
    // A field is filled by one column: the other one gives way.
    for (const other of Object.keys(next)) if (other !== name && to !== null && next[other] === to) next[other] = null
    onChange(next)
  }
  const missing = (schema.input.required ?? []).filter((name) => !Object.values(now).includes(name) && !Object.values(now).includes('input'))
  return (
    <div className={css['mapped']}>
      <table className={css['fields']} aria-label="Where the columns go">
        <thead>
          <tr><th scope="col">In the file</th><th scope="col">Goes to</th><th scope="col" /></tr>
        </thead>
        <tbody>
          {preview.columns.map((column) => (
            <tr key={column.name}>
              <td><code className="truncate">{column.name || '(no name)'}</code></td>
              <td>
                <select className={css['goes']} aria-label={`Where ${column.name} goes`} value={column.to ?? ''} onChange={(event) => change(column.name, event.currentTarget.value || null)}>
                  <option value="">Left out</option>
                  {column.to && ![...fields, ...beside, ...answers].includes(column.to) && <option value={column.to}>{column.to === 'input' ? 'The whole input' : column.to}</option>}
                  <optgroup label="Input">{fields.map((name) => <option key={name} value={name}>{name}</option>)}</optgroup>
                  <optgroup label="Beside it">{beside.map((name) => <option key={name} value={name}>{name}</option>)}</optgroup>
                  {answers.length > 0 && <optgroup label="Answers to start from">{answers.map((name) => <option key={name} value={name}>{name}</option>)}</optgroup>}
                </select>
              </td>
              <td className={css['soft']}>{column.to === null && column.by !== 'mark' ? '' : WHY[column.by ?? '']}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {missing.length > 0 && <p className={css['lacking']}>Nothing goes to {missing.map((name) => <code key={name}>{name} </code>)}yet, and every task needs it: choose a column for it.</p>}
    </div>
  )
}
