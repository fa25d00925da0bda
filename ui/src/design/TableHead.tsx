// The sticky head of a DataTable: select all, names, and the order.
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import css from '@/design/DataTable.module.css'
import { type Column, nextOrder } from '@/design/table-columns'

interface TableHeadProps<Row> {
  columns: Column<Row>[]
  selectable: boolean
  all: boolean
  some: boolean
  onAll: () => void
  /** "-created_at" is newest first. */
  sort?: string
  onSort?: (sort: string | undefined) => void
}

export function TableHead<Row>({ columns, selectable, all, some, onAll, sort, onSort }: TableHeadProps<Row>) {
  return (
    <>
      <colgroup>
        {selectable && <col style={{ width: 40 }} />}
        {columns.map((column) => (
          <col key={column.id} style={column.width === undefined ? undefined : { width: column.width }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {selectable && (
            <th scope="col" className={css['check']}>
              <label>
                <input type="checkbox" aria-label="Select all loaded rows" checked={all} ref={(box) => { if (box) box.indeterminate = some && !all }} onChange={onAll} />
              </label>
            </th>
          )}
          {columns.map((column) => (
            <Head key={column.id} column={column} sort={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
    </>
  )
}

function Head<Row>({ column, sort, onSort }: { column: Column<Row>; sort?: string; onSort?: (sort: string | undefined) => void }) {
  const down = column.sort !== undefined && sort === `-${column.sort}`
  const up = column.sort !== undefined && sort === column.sort
  return (
    <th scope="col" className={column.align && css[column.align]} aria-sort={down ? 'descending' : up ? 'ascending' : undefined}>
      {column.sort && onSort ? (
        <button type="button" className={css['sort']} onClick={() => onSort(nextOrder(column, sort))}>
          {column.head} {down && <IconArrowDown size={12} aria-hidden />}
          {up && <IconArrowUp size={12} aria-hidden />}
        </button>
      ) : (
        <span className={column.quiet ? 'sr-only' : undefined}>{column.head}</span>
      )}
    </th>
  )
}
