import { expect, test } from 'vitest'
import { misread, misreadWords, readAddress, withoutMisread } from '@/lib/misread'
import { filterOf } from '@/lib/task-search'
import { parseSearch, stringifySearch } from '@/lib/url-search'

const read = (query: string) => ({ ...parseSearch(query), ...readAddress(parseSearch(query)) })
const says = (query: string) => misreadWords(misread(read(query)))
const left = (query: string) => stringifySearch({ ...read(query), ...withoutMisread(read(query)) })

test.each([
  'project=harbour', 'status=lost', 'audit=good', 'redo=perhaps', 'priority_min=high', 'created_from=2026-02-31', 'metadata=north', 'upload=7', 'mine=no', 'ids=1',
  'step=a&step=b', 'created_from=2026-11-01&zone=Mars/Base',
])('%s is said and never dropped', (part) => {
  expect(says(`?${part}`)).toHaveLength(1)
  const name = part.split(/[=&]/).at(part.includes('zone') ? 2 : 0) ?? ''
  expect(filterOf(read(`?${part}`))).toHaveProperty(name)
})

test('the filter and its value are named, and only the bad value is left out', () => {
  expect(says('?status=nonsense')).toEqual(['The filter status has a value that cannot be read: nonsense.'])
  expect(left('?status=failed&status=nonsense&batch=may')).toBe('?status=failed&batch=may')
})

test('all unknown filters are named in one sentence and left out', () => {
  expect(says('?bogus=1')).toEqual(['The address has a filter that is not known: bogus.'])
  expect(says('?bogus=1&q=tea&other=2')).toEqual(['The address has filters that are not known: bogus, other.'])
  expect(left('?bogus=1&q=tea&other=2')).toBe('?q=tea')
})

test.each(['status=queued&status=failed', 'mine=false', 'priority_min=007', 'created_from=2026-11-01&zone=UTC', 'zone=local', 'sort=colour&columns=x&peek=1', 'q=', 'redo=false'])('nothing is wrong with %s', (part) => {
  expect(says(`?${part}`)).toEqual([])
})
