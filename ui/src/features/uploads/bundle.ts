// Several files as one ZIP, so that they are one upload: nothing is packed, and no file is held in memory.

/** A file with its path, as it was dropped. */
export interface Given {
  name: string
  file: File
}

const MANY = 10_000
const BYTES_MAX = 4_000_000_000
const LOOKED_AT = 20
const ROWS = /\.(csv|tsv|json|jsonl|ndjson|parquet|zip|txt)$/i
const CONTENT = /^(image|audio|video)\/|^application\/pdf$/
const MANIFEST = /(^|\/)manifest\.(csv|json|jsonl)$/i

const CRC = new Uint32Array(256).map((_, at) => {
  let value = at
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/** Whether files become a bundle; one file of rows, or a ZIP, goes as it is. */
export function isForBundle(given: readonly Given[]): boolean {
  const [only] = given
  return given.length > 1 || (only !== undefined && (CONTENT.test(only.file.type) || /\.(png|jpe?g|gif|webp)$/i.test(only.name)) && !ROWS.test(only.name))
}

/** A ZIP of the files under their names, in the order of these. */
export async function bundled(given: readonly Given[]): Promise<File> {
  const files = [...given].sort((one, other) => (one.name < other.name ? -1 : 1))
  if (files.length > MANY) throw new Error(`These are ${files.length.toLocaleString('en')} files; up to ${MANY.toLocaleString('en')} go at once. Drop fewer.`)
  if (files.reduce((sum, each) => sum + each.file.size, 0) > BYTES_MAX) throw new Error('These files are too large to go at once. Drop fewer.')
  const first = files[0]?.name.split('/').pop() ?? 'files'
  const name = files.length > 1 ? `${first} and ${files.length - 1} more.zip` : `${first}.zip`
  const made = new File(await zipped(files), name, { type: 'application/zip' })
  looks.set(made, files)
  return made
}

const looks = new WeakMap<File, Given[]>()

/** What is sent to be looked at: of many pictures the first ones, which are all that is shown. */
export async function toLookAt(file: File, most: number): Promise<File> {
  const files = looks.get(file)
  if (!files || file.size <= most || files.some((each) => MANIFEST.test(each.name))) return file
  let size = 0
  const few = files.slice(0, LOOKED_AT).filter((each) => (size += each.file.size) <= most)
  return few.length > 0 ? new File(await zipped(few), file.name, { type: file.type }) : file
}

/** Whether something smaller stands for it when it is looked at. */
export const hasLook = (file: File): boolean => looks.get(file)?.every((each) => !MANIFEST.test(each.name)) ?? false

async function zipped(files: readonly Given[]): Promise<Blob[]> {
  const parts: Blob[] = []
  const list: Blob[] = []
  let at = 0
  let listed = 0
  for (const { name, file } of files) {
    const path = new TextEncoder().encode(name)
    const told = [[2, 20], [2, 0x0800], [2, 0], [2, 0], [2, 0x21], [4, await crcOf(file)], [4, file.size], [4, file.size], [2, path.length], [2, 0]] as const
    const head = new Blob([fields([[4, 0x04034b50], ...told]), path])
    const entry = new Blob([fields([[4, 0x02014b50], [2, 20], ...told, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]), path])
    parts.push(head, file)
    list.push(entry)
    at += head.size + file.size
    listed += entry.size
  }
  const end = fields([[4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, listed], [4, at], [2, 0]])
  return [...parts, ...list, new Blob([end])]
}

/** Numbers as they stand in a ZIP: each with its width in bytes, the lowest byte first. */
function fields(numbers: readonly (readonly [width: number, value: number])[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(numbers.reduce((sum, [width]) => sum + width, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [width, value] of numbers) {
    if (width === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
    at += width
  }
  return bytes
}

async function crcOf(file: File): Promise<number> {
  let crc = 0xffffffff
  const reader = file.stream().getReader()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    for (const byte of piece.value) crc = (CRC[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8)
  }
  return (crc ^ 0xffffffff) >>> 0
}
