// The files that somebody dropped or picked, also those in folders.
import type { Given } from '@/features/uploads/bundle'

/** Call it while the drop is handled: what a drop carries is gone afterwards. */
export function dropped(carried: DataTransfer): Promise<Given[]> {
  const entries = [...carried.items].map((item) => item.webkitGetAsEntry?.() ?? null)
  if (!entries.some((entry) => entry?.isDirectory)) return Promise.resolve(picked(carried.files))
  return Promise.all(entries.map((entry) => (entry ? within(entry) : []))).then((found) => found.flat())
}

export const picked = (files: FileList | null): Given[] => [...(files ?? [])].map((file) => ({ name: file.webkitRelativePath || file.name, file }))

async function within(entry: FileSystemEntry): Promise<Given[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail))
    return [{ name: entry.fullPath.replace(/^\//, ''), file }]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: Given[] = []
  // A reader gives a hundred at a time, and nothing when it is through.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail))
    if (some.length === 0) return found
    for (const each of some) found.push(...(await within(each)))
  }
}
