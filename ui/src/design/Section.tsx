// A part of a page with its name, a sentence and its action; and a small plain table for short lists.
import type { ReactNode } from 'react'
import css from '@/design/Section.module.css'

interface SectionProps {
  title: string
  says?: ReactNode
  action?: ReactNode
  children: ReactNode
}

export function Section({ title, says, action, children }: SectionProps) {
  return (
    <section className={css['section']}>
      <header>
        <div>
          <h2>{title}</h2>
          {says && <p>{says}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  )
}

interface PlainTableProps<Row> {
  label: string
  rows: Row[] | undefined
  rowKey: (row: Row) => string
  columns: { head: string; width?: number | string; quiet?: boolean; end?: boolean; hideOnPhone?: boolean; cell: (row: Row) => ReactNode }[]
  skeletonRows?: number
  dimmed?: (row: Row) => boolean
}

/** For lists that are short by nature; long ones take a DataTable. */
export function PlainTable<Row>({ label, rows, rowKey, columns, skeletonRows = 3, dimmed }: PlainTableProps<Row>) {
  return (
    <table className={css['table']} aria-label={label} aria-busy={!rows || undefined}>
      <colgroup>
        {columns.map((column) => (
          <col key={column.head} style={{ width: column.width }} className={column.hideOnPhone ? css['wide'] : undefined} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.head} scope="col" className={classes(column)}>
              <span className={column.quiet ? 'sr-only' : undefined}>{column.head}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows
          ? rows.map((row) => (
              <tr key={rowKey(row)} className={dimmed?.(row) ? css['dimmed'] : undefined}>
                {columns.map((column) => (
                  <td key={column.head} className={classes(column)}>{column.cell(row)}</td>
                ))}
              </tr>
            ))
          : Array.from({ length: skeletonRows }, (_, at) => (
              <tr key={at} aria-hidden>
                {columns.map((column) => (
                  <td key={column.head} className={classes(column)}><span className={css['bar']} /></td>
                ))}
              </tr>
            ))}
      </tbody>
    </table>
  )
}

const classes = (column: { end?: boolean; hideOnPhone?: boolean }) =>
  [column.end && css['end'], column.hideOnPhone && css['wide']].filter(Boolean).join(' ') || undefined
