import { expect, test } from 'vitest'
import { PRESETS, dayAfter, dayIn, dayMeant, daysInWords, isDay, isMoment, isMoving, knownZone } from '@/lib/zones'

test('the day depends on the zone', () => {
  const now = new Date('2026-11-25T03:00:00Z')
  expect([dayIn('UTC', now), dayIn('US Pacific', now), dayIn('Pacific/Auckland', now)]).toEqual(['2026-11-25', '2026-11-24', '2026-11-25'])
})

test('days are counted on the calendar', () => {
  expect([dayAfter('2026-03-01', -1), dayAfter('2026-12-31', 1), dayAfter('2028-02-28', 1)]).toEqual(['2026-02-28', '2027-01-01', '2028-02-29'])
})

test('the usual days move with the calendar', () => {
  const meant = (said: string | undefined) => said && dayMeant(said, '2026-11-03')
  expect(PRESETS.map(({ from, to }) => [meant(from), meant(to)])).toEqual([
    ['2026-11-03', '2026-11-03'],
    ['2026-11-02', '2026-11-02'],
    ['2026-11-02', undefined],
    ['2026-10-28', undefined],
    ['2026-10-05', undefined],
    ['2026-11-01', undefined],
  ])
  expect(PRESETS.flatMap(({ from, to }) => [from, to ?? from]).every(isMoving)).toBe(true)
  expect(['today-0d', 'today-3661d', 'today+1d', 'tomorrow', 'TODAY', ''].some(isMoving)).toBe(false)
})

test('half a date is no day', () => {
  expect(['2026-11-25', '2026-02-29', '0026-11-25', '2026-11'].map(isDay)).toEqual([true, false, false, false])
  expect(['2026-11-25T10:00Z', '2026-11-25T24:30:00Z', '2026-11-25'].map(isMoment)).toEqual([true, false, false])
})

test('UTC is the usual zone and needs no word', () => {
  expect([knownZone('UTC'), knownZone('US Pacific'), knownZone('Europe/Berlin'), knownZone('Mars/Base'), knownZone('+02:00')]).toEqual([undefined, 'US Pacific', 'Europe/Berlin', undefined, undefined])
})

test('spans are told in words', () => {
  expect(daysInWords('2026-11-25', '2026-11-25')).toBe('25 Nov 2026')
  expect(daysInWords('today-6d', undefined)).toBe('last 7 days')
  expect(daysInWords('today-13d', 'yesterday')).toBe('13 days ago to yesterday')
  expect(daysInWords('2026-11-01', undefined)).toBe('from 1 Nov 2026')
  expect(daysInWords(undefined, '2026-11-01')).toBe('until 1 Nov 2026')
})
