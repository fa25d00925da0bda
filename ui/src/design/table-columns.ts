// What a column of a table is, and which columns a width has room for.
import type { ReactNode } from 'react'

export interface Column<Row> {
  id: string
  head: string
  /** Pixels; the one column without a width takes what is left. */
  width?: number
  /** The least for the column without a width. */
  min?: number
  align?: 'end' | 'center'
  /** The name the server sorts by; the head becomes a button. */
  sort?: string
  /** The way of the first click on the head: down unless said otherwise. */
  first?: 'up' | 'down'
  /** Left out when the table is narrower than this. */
  from?: number
  /** Left out when the table is as wide as this or wider. */
  below?: number
  /** Left out where there is no room for all: the highest goes first. A column without it stays. */
  rank?: number
  /** The head is read but not shown, as over thumbnails. */
  quiet?: boolean
  cell: (row: Row) => ReactNode
  /** Width of the grey bar while loading. */
  bar?: number
}

const CHECK_WIDTH = 40

export const leastWidth = <Row,>(columns: Column<Row>[], selectable: boolean): number =>
  columns.reduce((sum, column) => sum + (column.width ?? column.min ?? 140), selectable ? CHECK_WIDTH : 0)

/** The columns that a width has room for; before it is known, all that may be there. */
export function fitting<Row>(columns: Column<Row>[], width: number, selectable = false): Column<Row>[] {
  const shown = columns.filter((column) => width === 0 || ((column.from ?? 0) <= width && width < (column.below ?? Infinity)))
  const leaving = shown.filter((column) => column.rank !== undefined).sort((one, other) => (other.rank ?? 0) - (one.rank ?? 0))
  while (width > 0 && leaving.length > 0 && leastWidth(shown, selectable) > width) {
    const next = leaving.shift()
    shown.splice(shown.findIndex((column) => column === next), 1)
  }
  return shown
}

/** The order after a click on a head: its first way, then the other, then the usual order of the list. */
export function nextOrder(column: { sort?: string; first?: 'up' | 'down' }, sort: string | undefined): string | undefined {
  const up = column.sort
  const [first, other] = column.first === 'up' ? [up, `-${up}`] : [`-${up}`, up]
  return sort === first ? other : sort === other ? undefined : first
}
