import { expect, test } from 'vitest'
import { bundled, hasLook, isForBundle, toLookAt } from '@/features/uploads/bundle'

const given = (name: string, content: string, type = '') => ({ name, file: new File([content], name, { type }) })
const bytesOf = async (file: File) => new DataView(await file.arrayBuffer())

test('pictures and several files go as a bundle, a file of rows or a ZIP as it is', () => {
  expect(isForBundle([given('a.png', '', 'image/png')])).toBe(true)
  expect(isForBundle([given('a.JPG', '')])).toBe(true)
  expect(isForBundle([given('a.csv', ''), given('b.csv', '')])).toBe(true)
  expect(isForBundle([given('a.csv', '', 'text/csv')])).toBe(false)
  expect(isForBundle([given('a.zip', '', 'application/zip')])).toBe(false)
  expect(isForBundle([])).toBe(false)
})

test('a bundle is a ZIP whose entries lie in order, unpacked, each with its checksum', async () => {
  const made = await bundled([given('b.txt', 'second'), given('a/ü.txt', '123456789')])
  expect(made.name).toBe('ü.txt and 1 more.zip')
  const view = await bytesOf(made)
  expect(view.getUint32(0, true)).toBe(0x04034b50)
  expect(view.getUint32(14, true), 'the checksum everybody knows').toBe(0xcbf43926)
  expect([view.getUint32(18, true), view.getUint32(22, true), view.getUint16(26, true)]).toEqual([9, 9, 8])
  const end = view.byteLength - 22
  expect([view.getUint32(end, true), view.getUint16(end + 10, true)]).toEqual([0x06054b50, 2])
  expect(view.getUint32(end + 12, true) + view.getUint32(end + 16, true)).toBe(end)
  expect(view.getUint32(view.getUint32(end + 16, true), true)).toBe(0x02014b50)
})

test('of a large bundle its first files are looked at, unless a manifest speaks of all', async () => {
  const pictures = Array.from({ length: 30 }, (_, at) => given(`${at}.png`, 'x'.repeat(100)))
  const made = await bundled(pictures)
  const look = await toLookAt(made, 1000)
  expect((await bytesOf(look)).getUint16(look.size - 12, true)).toBe(10)
  expect(hasLook(made)).toBe(true)
  expect(await toLookAt(made, 1_000_000)).toBe(made)
  const told = await bundled([...pictures, given('manifest.csv', 'x')])
  expect(hasLook(told)).toBe(false)
  expect(await toLookAt(told, 1000)).toBe(told)
})
