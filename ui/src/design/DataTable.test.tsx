import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { DataTable } from '@/design/DataTable'
import { forget } from '@/design/table-memory'

interface Row {
  id: string
}
const rows: Row[] = Array.from({ length: 500 }, (_, at) => ({ id: `r${at}` }))
const columns = [{ id: 'id', head: 'Id', sort: 'id', cell: (row: Row) => row.id }]

// jsdom lays nothing out; the table needs a window to know which rows are in it.
const sizes = { clientHeight: 400, clientWidth: 800 } as const
const before = new Map<string, PropertyDescriptor | undefined>()
beforeAll(() => {
  for (const [name, value] of Object.entries(sizes)) {
    before.set(name, Object.getOwnPropertyDescriptor(Element.prototype, name))
    Object.defineProperty(Element.prototype, name, { configurable: true, value })
  }
  Element.prototype.scrollTo = function (this: Element, options?: ScrollToOptions | number) {
    this.scrollTop = typeof options === 'object' ? (options.top ?? 0) : 0
    queueMicrotask(() => this.dispatchEvent(new Event('scroll')))
  } as typeof Element.prototype.scrollTo
})
afterAll(() => {
  for (const [name, descriptor] of before) if (descriptor) Object.defineProperty(Element.prototype, name, descriptor)
})
beforeEach(() => forget('list'))

const acts = { open: vi.fn(), preview: vi.fn(), more: vi.fn(), sort: vi.fn() }

function List({ shown = rows, hasMore = false }: { shown?: Row[]; hasMore?: boolean }) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  return <DataTable label="Rows" memory="list" columns={columns} rows={shown} rowKey={(row) => row.id} total={900} selected={selected} onSelect={setSelected} onOpen={acts.open} onPreview={acts.preview} hasMore={hasMore} onMore={acts.more} sort="-id" onSort={acts.sort} />
}

const focused = () => (document.activeElement as HTMLElement).dataset['row']

test('of many rows only those near the window are drawn, and a reader is told how many there are', () => {
  render(<List />)
  expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('901')
  const drawn = document.querySelectorAll('tr[data-row]').length
  expect(drawn).toBeGreaterThan(10)
  expect(drawn).toBeLessThan(60)
})

test('J and K walk, X selects, Space previews, Enter opens', async () => {
  render(<List />)
  await userEvent.keyboard('jj')
  await waitFor(() => expect(focused()).toBe('r1'))
  await userEvent.keyboard('k')
  await waitFor(() => expect(focused()).toBe('r0'))
  await userEvent.keyboard('x')
  expect(document.querySelector('tr[data-row="r0"]')?.getAttribute('aria-selected')).toBe('true')
  await userEvent.keyboard(' ')
  expect(acts.preview).toHaveBeenCalledWith(rows[0])
  await userEvent.keyboard('{Enter}')
  expect(acts.open).toHaveBeenCalledWith(rows[0])
})

test('coming back finds the focus on the row that was left', async () => {
  const { unmount } = render(<List />)
  await userEvent.keyboard('jjj')
  await waitFor(() => expect(focused()).toBe('r2'))
  unmount()
  render(<List />)
  await waitFor(() => expect(focused()).toBe('r2'))
})

test('more is asked for when the end comes near, and only then', () => {
  const { rerender } = render(<List hasMore />)
  expect(acts.more).not.toHaveBeenCalled()
  rerender(<List hasMore shown={rows.slice(0, 20)} />)
  expect(acts.more).toHaveBeenCalled()
})

test('the head tells the order and turns it', async () => {
  render(<List />)
  expect(screen.getByRole('columnheader', { name: /Id/ }).getAttribute('aria-sort')).toBe('descending')
  await userEvent.click(screen.getByRole('button', { name: /Id/ }))
  expect(acts.sort).toHaveBeenCalledWith('id')
})
