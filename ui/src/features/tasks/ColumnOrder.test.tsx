import { fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { ColumnOrder } from '@/features/tasks/ColumnOrder'
import type { TaskColumn } from '@/features/tasks/columns'
import { moved, placed } from '@/lib/moved'

const columns: TaskColumn[] = ['id', 'status', 'batch', 'input.total'].map((id) => ({ id, head: id.toUpperCase(), cell: () => null }))
let chosen: string[] = []

function Menu({ shown }: { shown: string[] }) {
  const [now, setNow] = useState(shown)
  return <ColumnOrder columns={columns} shown={now} onChoose={(next) => { chosen = next; setNow(next) }} />
}

const named = (name: string) => screen.getByRole('menuitemcheckbox', { name: new RegExp(`^${name}`) })
const press = (name: string, key: string) => {
  named(name).focus()
  fireEvent.keyDown(named(name), { key, altKey: true })
}

test('Alt with an arrow key moves a column, says where it is now, and keeps the focus', () => {
  render(<Menu shown={['id', 'status', 'input.total']} />)
  press('ID', 'ArrowDown')
  expect(chosen).toEqual(['status', 'id', 'input.total'])
  expect(document.activeElement).toBe(named('ID'))
  expect(screen.getByText('ID, 2 of 3')).toBeTruthy()
  press('INPUT.TOTAL', 'ArrowUp')
  press('INPUT.TOTAL', 'ArrowUp')
  expect(chosen).toEqual(['input.total', 'status', 'id'])
})

test('there is no way past the ends, and what is off is not moved', () => {
  chosen = ['untouched']
  render(<Menu shown={['id', 'status']} />)
  press('ID', 'ArrowUp')
  press('STATUS', 'ArrowDown')
  press('BATCH', 'ArrowUp')
  expect(chosen).toEqual(['untouched'])
})

test('a column that is switched on stays where it stands', () => {
  render(<Menu shown={['status', 'id']} />)
  fireEvent.click(named('BATCH'))
  expect(chosen).toEqual(['status', 'batch', 'id'])
  fireEvent.click(named('STATUS'))
  expect(chosen).toEqual(['batch', 'id'])
})

test('lists are put in order', () => {
  expect([moved(['a', 'b', 'c'], 0, 2), moved(['a', 'b', 'c'], 2, 0), moved(['a', 'b', 'c'], 1, 1)]).toEqual([['b', 'c', 'a'], ['c', 'a', 'b'], ['a', 'b', 'c']])
  expect(placed(['a', 'b', 'c', 'd'], ['d', 'lost', 'b'])).toEqual(['a', 'd', 'b', 'c'])
})
