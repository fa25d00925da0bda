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
  /** Left out when the table is narrower than this. */
  from?: number
  /** Left out when the table is as wide as this or wider. */
  below?: number
  /** The head is read but not shown, as over thumbnails. */
  quiet?: boolean
  cell: (row: Row) => ReactNode
  /** Width of the grey bar while loading. */
  bar?: number
}

export const fitting = <Row,>(columns: Column<Row>[], width: number): Column<Row>[] =>
  columns.filter((column) => width === 0 || ((column.from ?? 0) <= width && width < (column.below ?? Infinity)))

export const leastWidth = <Row,>(columns: Column<Row>[], selectable: boolean): number =>
  columns.reduce((sum, column) => sum + (column.width ?? column.min ?? 140), selectable ? 36 : 0)
