// A true table for long lists: sticky head, only the visible rows drawn, keys J K X Space Enter, and memory of where one was.
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { DataRow } from '@/design/DataRow'
import css from '@/design/DataTable.module.css'
import { TableHead } from '@/design/TableHead'
import { SkeletonRows } from '@/design/TableSkeleton'
import { type Column, fitting, leastWidth } from '@/design/table-columns'
import { recall, remember } from '@/design/table-memory'
import { useTableCursor } from '@/design/use-table-cursor'

export interface DataTableProps<Row> {
  /** What the table holds, for screen readers. */
  label: string
  /** Names the list in memory; include the filters, so that another filter begins at the top. */
  memory: string
  /** Counted up when the list begins anew: the table goes to the top. */
  restarts?: number
  columns: Column<Row>[]
  rows: Row[]
  rowKey: (row: Row) => string
  /** The number of all rows on the server, when it is known. */
  total?: number
  /** No rows are known yet: grey rows of the right size stand in. */
  loading?: boolean
  hasMore?: boolean
  loadingMore?: boolean
  onMore?: () => void
  /** Enter, or a click. With `href`, a click with ⌘ or the middle button opens another tab. */
  onOpen?: (row: Row) => void
  href?: (row: Row) => string
  /** Space, or following the cursor while something is previewed. */
  onPreview?: (row: Row) => void
  previewed?: string | null
  selected?: ReadonlySet<string>
  onSelect?: (selected: ReadonlySet<string>) => void
  sort?: string
  /** Nothing is the usual order. */
  onSort?: (sort: string | undefined) => void
  /** Something under a row; its height is fixed so that scrolling stays exact. */
  detail?: { height: (row: Row) => number; render: (row: Row) => ReactNode }
  compact?: boolean
  /** Rows of two lines where the table is narrow. */
  tall?: { below: number; height: number }
  /** Instead of rows, when there are none. */
  empty?: ReactNode
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, memory, rows, rowKey, selected, onSelect, onOpen, href, onPreview, detail, compact, hasMore, loadingMore, onMore } = props
  const scroller = useRef<HTMLDivElement>(null)
  const { ref: sized, width: observed } = useElementSize<HTMLDivElement>()
  // The observer tells a frame late: without the first look a phone would show the wide table for a moment.
  const [looked, setLooked] = useState(0)
  useLayoutEffect(() => setLooked(scroller.current?.clientWidth ?? 0), [])
  const width = observed || looked
  const merged = useMergedRef(scroller, sized)
  const isTall = width > 0 && width < (props.tall?.below ?? 0)
  const rowHeight = isTall ? (props.tall?.height ?? 36) : compact ? 28 : 36
  const selectable = Boolean(onSelect)
  // The same columns must stay the same object, or every row would be drawn again.
  const fits = fitting(props.columns, width, selectable).map((column) => column.id).join()
  const columns = useMemo(() => fitting(props.columns, width, selectable), [props.columns, fits]) // eslint-disable-line react-hooks/exhaustive-deps -- the width counts only by what it leaves room for
  const span = columns.length + (selectable ? 1 : 0)

  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are not handed on to memoised children
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => rowHeight + (detail && rows[index] ? detail.height(rows[index]) : 0),
    getItemKey: (index) => (rows[index] ? rowKey(rows[index]) : index),
    overscan: 10,
    initialOffset: () => recall(memory).top,
    // The head lies over the first row; scrolling to a row must leave it in sight.
    scrollPaddingStart: 32,
    scrollPaddingEnd: 8,
  })
  const heights = detail ? rows.map((row) => detail.height(row)).join() : ''
  useEffect(() => virtual.measure(), [virtual, heights, rowHeight])

  const cursor = useTableCursor({ memory, rows, rowKey, scroller, reveal: (index) => virtual.scrollToIndex(index, { align: 'auto' }), selected, onSelect, onOpen, href, onPreview, previewed: props.previewed })

  const items = virtual.getVirtualItems()
  const first = items[0]
  const last = items[items.length - 1]
  // Tab always finds a row: where the one with the cursor is not drawn, the first that is.
  const isCursorDrawn = items.some(({ index }) => rows[index] && rowKey(rows[index]) === cursor.at)
  const lastIndex = last?.index ?? 0
  useEffect(() => {
    if (hasMore && !loadingMore && rows.length > 0 && lastIndex >= rows.length - 24) onMore?.()
  }, [hasMore, loadingMore, lastIndex, rows.length, onMore])

  const restored = useRef('')
  useEffect(() => {
    if (restored.current === memory || rows.length === 0) return
    const isFirst = restored.current === ''
    restored.current = memory
    const { top } = recall(memory)
    // A new table stands at its top already; asking for it would cost a layout before the first rows show.
    if (top > 0 || !isFirst) scroller.current?.scrollTo({ top })
  }, [memory, rows.length])
  useEffect(() => {
    if (props.restarts) scroller.current?.scrollTo({ top: 0 })
  }, [props.restarts])

  if (!props.loading && rows.length === 0 && props.empty) return <div className={css['scroller']}>{props.empty}</div>
  const before = first?.start ?? 0
  // Before the first drawing nothing is known to be visible; the full height must stand for the scroll to be restored.
  const after = virtual.getTotalSize() - (last?.end ?? 0)
  return (
    <div ref={merged} className={css['scroller']} onScroll={(event) => remember(memory, { top: event.currentTarget.scrollTop })}>
      <table
        className={`${css['table']} ${compact ? css['compact'] : ''} ${isTall ? css['tall'] : ''}`}
        aria-label={label}
        aria-rowcount={props.total === undefined ? rows.length + 1 : props.total + 1}
        aria-busy={props.loading || undefined}
        style={{ minWidth: leastWidth(columns, selectable), '--tall': isTall ? `${rowHeight}px` : undefined } as CSSProperties}
        onKeyDown={cursor.onKeyDown}
      >
        <TableHead columns={columns} selectable={selectable} all={selectable && rows.length > 0 && rows.every((row) => selected?.has(rowKey(row)))} some={Boolean(selected?.size)} onAll={cursor.toggleAll} sort={props.sort} onSort={props.onSort} />
        <tbody>
          {props.loading && <SkeletonRows columns={columns} selectable={selectable} count={24} />}
          {before > 0 && <Pad height={before} span={span} />}
          {items.map((item) => {
            const row = rows[item.index]
            if (!row) return null
            const id = rowKey(row)
            const height = detail?.height(row) ?? 0
            return [
              <DataRow key={id} row={row} id={id} index={item.index} columns={columns} isCursor={isCursorDrawn ? cursor.at === id : item === first} isShown={props.previewed === id} isSelected={selectable ? Boolean(selected?.has(id)) : undefined} opens={Boolean(onOpen)} onToggle={cursor.toggle} onActivate={cursor.activate} onFocus={cursor.moveTo} />,
              height > 0 && (
                <tr key={`${id} detail`} className={css['detail']}>
                  <td colSpan={span} style={{ height }}>
                    <div style={{ height: height - 1 }}>{detail?.render(row)}</div>
                  </td>
                </tr>
              ),
            ]
          })}
          {after > 0 && <Pad height={after} span={span} />}
          {loadingMore && <SkeletonRows columns={columns} selectable={selectable} count={3} />}
        </tbody>
      </table>
    </div>
  )
}

const Pad = ({ height, span }: { height: number; span: number }) => (
  <tr className={css['pad']} aria-hidden>
    <td colSpan={span} style={{ height }} />
  </tr>
)
