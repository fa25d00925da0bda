import { expect, test } from 'vitest'
import { render, screen } from '@testing-library/react'
import type { Project, TaskRow } from '@/api/types'
import { FIELDS_MOST, fieldColumns, fieldsOf } from '@/features/tasks/field-columns'
import { readColumns, writeColumns } from '@/lib/columns'

const FILE = '0199f1de-0000-7000-8000-00000000000f'
const project = (id: string, properties: object) => ({ id, name: id, steps: [], input_schema: { properties } }) as unknown as Project
const receipts = project('receipts', { photo: { 'x-kind': 'image' }, total: { type: ['number', 'null'] }, note: { type: 'string' } })
const words = project('words', { note: { type: 'string' }, total: { type: 'string' } })
const task = (of: Project, fields: object) => ({ id: '1', project: of, fields }) as unknown as TaskRow
const drawn = (columns: ReturnType<typeof fieldColumns>, id: string, of: TaskRow) => render(columns.find((column) => column.id === id)?.cell(of)).container

test('the projects in view lend their fields, each once; only one project can be sorted by them', () => {
  expect(fieldColumns([receipts, words], {}).map(({ id, sort }) => [id, sort])).toEqual([['input.photo', undefined], ['input.total', undefined], ['input.note', undefined]])
  const one = fieldColumns([receipts, words], { project: ['words'] })
  expect(one.map(({ id, sort, align }) => [id, sort, align])).toEqual([['input.note', 'input.note', undefined], ['input.total', 'input.total', undefined]])
  expect(fieldColumns([receipts], { project: ['receipts'] }).find(({ id }) => id === 'input.total')?.align).toBe('end')
})

test('a picture shows small, a number with all its digits, and a text by the kind of its own project', () => {
  const columns = fieldColumns([receipts, words], {})
  expect(drawn(columns, 'input.photo', task(receipts, { 'input.photo': FILE })).querySelector('img')?.getAttribute('src')).toBe(`/api/v1/files/${FILE}/thumbnail`)
  expect(drawn(columns, 'input.total', task(receipts, { 'input.total': -1234567.125 })).textContent).toBe('−1,234,567.125')
  expect(drawn(columns, 'input.photo', task(words, { 'input.photo': FILE })).textContent).toBe(FILE)
  expect(drawn(columns, 'input.note', task(receipts, { 'input.note': null })).textContent).toBe('–')
  expect(drawn(columns, 'input.note', task(receipts, {})).textContent).toBe('–')
  render(columns.find(({ id }) => id === 'input.note')?.cell(task(words, { 'input.note': 'A long text' })))
  expect(screen.getByTitle('A long text')).toBeTruthy()
})

test('the server is asked for the fields that are shown, and for no more than it gives', () => {
  const many = fieldColumns([project('wide', Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, {}])))], {})
  expect(fieldsOf([{ id: 'id', head: 'ID', cell: () => null }, ...many])).toEqual(Array.from({ length: FIELDS_MOST }, (_, n) => `input.f${n}`).sort())
})

test('columns are remembered by their names, also those with a comma', () => {
  expect(readColumns(writeColumns(['id', 'input.last, first', 'input.50 %']))).toEqual(['id', 'input.last, first', 'input.50 %'])
})
