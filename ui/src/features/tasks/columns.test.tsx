import { expect, test } from 'vitest'
import { fitting } from '@/design/table-columns'
import { columnsFor, shownColumns, usualColumns } from '@/features/tasks/columns'

const at = (width: number, chosen?: string[], isLead = true) => fitting(shownColumns(columnsFor(isLead), chosen), width, true).map(({ id }) => id)

test('the usual columns all fit a window of 1440, and give way in a narrower one', () => {
  expect(at(1212)).toEqual(usualColumns(columnsFor(true)))
  expect(at(680)).toEqual(expect.arrayContaining(['input', 'project', 'status']))
  expect(at(680).length).toBeLessThan(at(1212).length)
})

test('a phone shows two lines a row, whatever was chosen', () => {
  expect(at(390)).toEqual(['tall-picture', 'tall-task', 'tall-status'])
  expect(at(390, ['id', 'cost'])).toEqual(at(390))
})

test('what was chosen stays in its order, all of it', () => {
  expect(at(700, ['cost', 'id', 'audit', 'completed', 'reserved', 'batch', 'external'])).toEqual(['cost', 'id', 'audit', 'completed', 'reserved', 'batch', 'external'])
  expect(at(1212, ['lost'])).toEqual(at(1212))
})

test('others are not offered what only leads are told', () => {
  expect(columnsFor(false).map(({ id }) => id)).not.toEqual(expect.arrayContaining(['cost']))
  expect(at(1212, ['id', 'cost', 'seconds', 'reserved'], false)).toEqual(['id'])
})
