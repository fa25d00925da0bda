// Rows of the right size while the real ones are on their way.
import css from '@/design/DataTable.module.css'
import { Skeleton } from '@/design/Skeleton'
import type { Column } from '@/design/table-columns'

export function SkeletonRows<Row>({ columns, selectable, count }: { columns: Column<Row>[]; selectable: boolean; count: number }) {
  return Array.from({ length: count }, (_, at) => (
    <tr key={`grey ${at}`} aria-hidden>
      {selectable && <td className={css['check']} />}
      {columns.map((column) => (
        <td key={column.id} className={column.align && css[column.align]}>
          <Skeleton width={column.bar ?? Math.round((column.width ?? 220) * (0.45 + ((at * 7 + column.id.length * 3) % 5) / 12))} />
        </td>
      ))}
    </tr>
  ))
}
