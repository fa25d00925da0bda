// Which viewer a value asks for, and what a step shows.
import { expect, it } from 'vitest'
import type { File } from '@/api/types'
import { columnsOf, shownOfInput, shownOfStep } from '@/features/viewers/shown'

const id = '0199aaaa-0000-7000-8000-000000000001'
const other = '0199aaaa-0000-7000-8000-000000000002'
const file = (media_type: string) => ({ media_type }) as File
const files = { [id]: file('image/jpeg'), [other]: file('application/pdf') }

it('shows each value of an input in the viewer of its kind, in the order of the schema', () => {
  const input = { n: 4, rows: [{ a: 1 }], photo: id, scan: other, note: 'line\nline', meta: { a: 1 }, gone: null }
  const shown = shownOfInput(input, { properties: { photo: { 'x-kind': 'image' }, note: {} } }, files)
  expect(shown.map(({ title, kind }) => [title, kind])).toEqual([['photo', 'picture'], ['note', 'text'], ['n', 'scalar'], ['rows', 'table'], ['scan', 'file'], ['meta', 'json']])
})

it('shows a list of pictures one by one', () => {
  expect(shownOfInput({ pages: [id, id] }, null, files).map((item) => item.title)).toEqual(['pages 1', 'pages 2'])
})

it('shows what the step names, by the name it has in the input', () => {
  const shown = shownOfStep({ show: [id, 'Total 4'] }, { photo: id, total: 'x' }, null, files)
  expect(shown.map(({ title, kind }) => [title, kind])).toEqual([['photo', 'picture'], ['text', 'scalar']])
})

it('shows the input where the step names nothing', () => {
  expect(shownOfStep({ prompt: 'What?' }, { photo: id }, null, files)).toMatchObject([{ value: id, kind: 'picture' }])
})

it('collects every column that a row has', () => {
  expect(columnsOf([{ a: 1 }, { b: 2, a: 3 }])).toEqual(['a', 'b'])
})
