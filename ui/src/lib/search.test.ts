import { expect, test } from 'vitest'
import { filterOf, forEverybody, isFiltered, isForAnybody, isPair, isSameView, readTaskSearch, viewOf, withoutFilters } from '@/lib/task-search'
import { parseSearch, stringifySearch } from '@/lib/url-search'

const read = (address: string) => readTaskSearch(parseSearch(address))
const ONE = '0199f1de-0000-7000-8000-000000000001'
const TWO = '0199f1de-0000-7000-8000-000000000002'

test('an address survives being read and written', () => {
  const address = '?status=queued&status=failed&q=r-1%26x&peek=1'
  expect(stringifySearch(parseSearch(address))).toBe(address)
})

test('everything the server narrows by survives in the address', () => {
  const address = `?q=tea&status=queued&redo=true&project=${ONE}&step=label&batch_contains=ma&audit=ready&audit=fixed&reserved_by=${ONE}&reserved_by=${TWO}&answered_by=${ONE}&priority_min=-5&priority_max=10&created_from=2026-11-01&created_to=2026-11-25&zone=Europe%2FBerlin&metadata=shop%3Dnorth&mine=true&upload=${TWO}&sort=-input.total`
  const search = read(address)
  expect(search.priority_min).toBe(-5)
  expect(search.zone).toBe('Europe/Berlin')
  expect(readTaskSearch(parseSearch(stringifySearch({ ...search })))).toEqual(search)
  expect(Object.keys(filterOf(search))).toHaveLength(18)
})

test('one value and many both become a list where a list is meant', () => {
  expect(read('?status=queued').status).toEqual(['queued'])
  expect(read('?status=queued&status=queued&status=failed').status).toEqual(['queued', 'failed'])
})

test('a status that does not exist is left out', () => {
  expect(read('?status=failed&status=lost').status).toEqual(['failed'])
  expect(read('?status=lost').status).toBeUndefined()
})

test.each([
  'project=harbour', 'reserved_by=anna', 'audit=good', 'redo=perhaps', 'priority_min=high', 'priority_max=2147483648', 'priority_min=1.5',
  'created_from=2026-02-31', 'created_to=tomorrow', 'submitted_from=0001-01-01', 'completed_to=2026-11-25T25:00', 'metadata=north', 'metadata=%3Dnorth', 'upload=7',
  'sort=colour', 'sort=input.total', 'mine=no', 'ids=1', `q=${'x'.repeat(501)}`, 'zone=Europe/Berlin', 'step=a&step=b', 'q=%00',
])('%s is left out, never an error', (part) => {
  expect(filterOf(read(`?${part}`))).toEqual({})
})

test('a zone that nobody knows leaves the days in UTC', () => {
  expect(filterOf(read('?created_from=2026-11-01&zone=Mars/Base'))).toEqual({ created_from: '2026-11-01' })
  expect(filterOf(read('?created_from=2026-11-01T10:00:00%2B02:00&zone=US Pacific'))).toEqual({ created_from: '2026-11-01T10:00:00+02:00', zone: 'US Pacific' })
})

test('fields of an input are an order within one project only', () => {
  expect(read(`?project=${ONE}&sort=input.total`).sort).toBe('input.total')
  expect(read(`?project=${ONE}&project=${TWO}&sort=input.total`).sort).toBeUndefined()
})

test('what is empty or foreign is left out of the address and of the question', () => {
  expect(stringifySearch({ q: undefined, status: undefined, batch: '' })).toBe('')
  expect(filterOf(read(`?peek=${ONE}&view=${ONE}&columns=id&other=2&q=`))).toEqual({})
})

test('an order or an opened preview is no filter', () => {
  expect(isFiltered(read(`?sort=priority&peek=${ONE}`))).toBe(false)
  expect(isFiltered(read('?batch=may'))).toBe(true)
})

test('taking the filters off leaves order, columns and view', () => {
  const search = read(`?batch=may&created_from=2026-11-01&zone=US Pacific&sort=priority&view=${ONE}`)
  expect(filterOf({ ...search, ...withoutFilters(search) })).toEqual({ sort: 'priority' })
})

test('what only leads are told is not asked for by others', () => {
  expect(filterOf(forEverybody(read(`?reserved_by=${ONE}&sort=-cost&q=tea`)))).toEqual({ q: 'tea' })
  expect(filterOf(forEverybody(read('?sort=priority')))).toEqual({ sort: 'priority' })
})

test.each([['shop=north', true], ['shop=', false], ['a=b=c', true], ['=', false], ['shop', false]])('%s is a pair: %s', (said, isOne) => {
  expect(isPair(said)).toBe(isOne)
})

test('a view is the same whatever way it was reached, and another with other columns', () => {
  const view = readTaskSearch(JSON.parse(JSON.stringify(viewOf(read(`?status=failed&status=queued&project=${ONE}&project=${TWO}&priority_min=3&redo=true&peek=${ONE}`)))) as Record<string, unknown>)
  expect(isSameView(view, read(`?project=${TWO}&project=${ONE}&status=queued&status=failed&redo=true&priority_min=3&view=${ONE}`))).toBe(true)
  expect(isSameView(view, { ...view, columns: ['id'] })).toBe(false)
  expect(isSameView(view, { ...view, sort: 'priority' })).toBe(false)
})

test('what only some may ask, or only some flows know, is not asked for ahead', () => {
  expect(['?q=tea&sort=priority', '?sort=cost', `?answered_by=${ONE}`, `?project=${ONE}&sort=input.total`].map((address) => isForAnybody(read(address)))).toEqual([true, false, false, false])
})

test('days that move stay what they are in the address and in a view, and are asked for where the reader is', () => {
  const search = read('?created_from=today-6d&zone=local')
  expect(search).toMatchObject({ created_from: 'today-6d', zone: 'local' })
  expect(viewOf(search)).toEqual({ created_from: 'today-6d', zone: 'local' })
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone
  expect(filterOf(search)).toEqual({ created_from: 'today-6d', ...(here !== 'UTC' && { zone: here }) })
  expect(read('?created_from=tomorrow')).not.toHaveProperty('created_from', 'tomorrow')
})
