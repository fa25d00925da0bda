// One row of a DataTable; drawn again only when its own data, focus or selection changes.
import { memo, useLayoutEffect, useRef } from 'react'
import css from '@/design/DataTable.module.css'
import type { Column } from '@/design/table-columns'

interface DataRowProps<Row> {
  row: Row
  id: string
  index: number
  columns: Column<Row>[]
  isCursor: boolean
  isShown: boolean
  /** undefined when the table does not select. */
  isSelected: boolean | undefined
  opens: boolean
  onToggle: (id: string, isRange: boolean) => void
  onActivate: (id: string, event: React.MouseEvent) => void
  onFocus: (id: string) => void
}

function Drawn<Row>({ row, id, index, columns, isCursor, isShown, isSelected, opens, onToggle, onActivate, onFocus }: DataRowProps<Row>) {
  const line = useRef<HTMLTableRowElement>(null)
  // One stop for Tab in the whole table: what stands in a row is reached from the row that has the cursor.
  useLayoutEffect(() => {
    for (const each of line.current?.querySelectorAll<HTMLElement>('td a[href], td button') ?? []) each.tabIndex = isCursor ? 0 : -1
  })
  return (
    <tr
      ref={line}
      className={`${css['row']} ${opens ? css['opens'] : ''}`}
      data-row={id}
      data-cursor={isCursor || undefined}
      data-shown={isShown || undefined}
      tabIndex={isCursor ? 0 : -1}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      onClick={(event) => onActivate(id, event)}
      onFocus={(event) => event.target === event.currentTarget && onFocus(id)}
    >
      {isSelected !== undefined && (
        <td className={css['check']}>
          <label>
            <input type="checkbox" tabIndex={-1} aria-label="Select row" checked={isSelected} onChange={(event) => onToggle(id, (event.nativeEvent as MouseEvent).shiftKey)} />
          </label>
        </td>
      )}
      {columns.map((column) => (
        <td key={column.id} className={column.align && css[column.align]}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  )
}

export const DataRow = memo(Drawn) as typeof Drawn
