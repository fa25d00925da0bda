// The first rows of a file as the tasks they will be, with what is wrong marked where it stands.
import { IconAlertTriangle } from '@tabler/icons-react'
import type { UploadPreview } from '@/api/types'
import { Sentence } from '@/design/Sentence'
import { answerInCell, columnOf } from '@/features/uploads/fields'
import css from '@/features/uploads/uploads.module.css'
import { count } from '@/lib/format'

type Row = UploadPreview['rows'][number]

const BESIDE = ['external_id', 'priority', 'batch', 'metadata', 'callback_url', 'reserve_for'] as const

const shown = (value: unknown): string => (value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value))
const besideOf = (row: Row, name: (typeof BESIDE)[number], keeper: string | null): string =>
  name === 'reserve_for' ? (row.reserve_for?.name ?? (row.flaws.length === 0 ? (keeper ?? '') : '')) : name === 'metadata' ? (Object.keys(row.metadata).length > 0 ? JSON.stringify(row.metadata) : '') : name === 'priority' && row.priority === 0 ? '' : shown(row[name])

/** `keeper` is who the tasks are kept for whose rows name nobody. */
export function PreviewRows({ preview, keeper }: { preview: UploadPreview; keeper: string | null }) {
  const { rows } = preview
  if (rows.length === 0) return null
  const fields = [...new Set(rows.flatMap((row) => [...Object.keys(row.input ?? {}), ...row.flaws.map((flaw) => columnOf(flaw.field))]))].filter((name) => name && !name.startsWith('answer.') && name !== 'answers' && !(BESIDE as readonly string[]).includes(name))
  const beside = BESIDE.filter((name) => rows.some((row) => besideOf(row, name, keeper) !== '' || row.flaws.some((flaw) => columnOf(flaw.field) === name)))
  const answers = [...new Set(rows.flatMap((row) => [...Object.keys(row.answers).map((step) => `answer.${step}`), ...row.flaws.map((flaw) => columnOf(flaw.field)).filter((name) => name.startsWith('answer.'))]))]
  const hasPictures = rows.some((row) => row.picture)
  const bad = rows.filter((row) => row.flaws.length > 0)
  return (
    <div>
      <p className={css['previewed']}>
        The first {rows.length === 1 ? 'row' : `${count(rows.length)} rows`} as they will be{bad.length > 0 ? `; ${count(bad.length)} of them ${bad.length === 1 ? 'has' : 'have'} errors.` : '.'}
      </p>
      <div className={css['preview']} role="region" aria-label="Preview" tabIndex={0}>
        <table aria-label="First rows">
          <thead>
            <tr>
              <th scope="col">Row</th>
              {hasPictures && <th scope="col">Picture</th>}
              {fields.map((name) => <th key={name} scope="col">{name}</th>)}
              {beside.map((name) => <th key={name} scope="col" className={css['soft']}>{name}</th>)}
              {answers.map((name) => <th key={name} scope="col" className={css['soft']}>{name}</th>)}
              {bad.length > 0 && <th scope="col">What is wrong</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const flaws = (name: string) => row.flaws.filter((flaw) => columnOf(flaw.field) === name)
              const cell = (name: string, text: string) => {
                const wrong = flaws(name)
                return (
                  <td key={name} className={wrong.length > 0 ? css['wrong'] : undefined} title={wrong.map((flaw) => flaw.says).join(' ') || text}>
                    {text || wrong.find((flaw) => flaw.value)?.value || (wrong.length > 0 ? 'empty' : '')}
                  </td>
                )
              }
              return (
                <tr key={row.row}>
                  <td className="numbers">{count(row.row)}</td>
                  {hasPictures && <td className={css['pictured']}>{row.picture && <img src={row.picture} alt={`Row ${row.row}`} />}</td>}
                  {fields.map((name) => cell(name, shown(row.input?.[name])))}
                  {beside.map((name) => cell(name, besideOf(row, name, keeper)))}
                  {answers.map((name) => cell(name, answerInCell(row.answers[name.slice('answer.'.length)] ?? {})))}
                  {bad.length > 0 && (
                    <td className={css['whatIsWrong']}>
                      {row.flaws.map((flaw, at) => (
                        <span key={at}><IconAlertTriangle size={12} aria-hidden /> {flaw.field && <code>{flaw.field}</code>} <Sentence text={flaw.says} /></span>
                      ))}
                    </td>
                  )}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </div>
  )
}
