// What the server names in the page of an address, so that it is on its way before the first script has run.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin, Rolldown } from 'vite'

interface Ahead {
  /** The file under src/pages that the router shows there. */
  page: string
  /** What it asks the API for first where the address has no search and nobody has chosen another way. */
  usually?: string[]
}

// Every page asks first who is reading, and is laid out once where the letters are there from the start.
const ASKS = ['/api/v1/me']
const LETTERS = /\/inter-latin-wght-normal-[^/]+\.woff2$/

/** By address, with * for an id. An address that is not here loads its page when the router gets to it. */
export const AHEAD: Record<string, Ahead> = {
  archive: { page: 'ArchivePage' },
  exports: { page: 'ExportsPage' },
  playground: { page: 'PlaygroundPage' },
  reservations: { page: 'ReservationsPage' },
  studio: { page: 'StudioPage' },
  'studio/*': { page: 'ProjectPage' },
  tasks: { page: 'TasksPage', usually: ['/api/v1/tasks?limit=100'] },
  'tasks/*': { page: 'TaskPage' },
  uploads: { page: 'UploadsPage' },
  work: { page: 'WorkPage' },
  'work/*': { page: 'WorkbenchPage' },
}

type Chunk = Rolldown.OutputChunk

/** A chunk with all that it imports at once. */
function reached(bundle: Rolldown.OutputBundle, from: Chunk, seen = new Set<Chunk>()): Set<Chunk> {
  seen.add(from)
  for (const name of from.imports) {
    const next = bundle[name]
    if (next?.type === 'chunk' && !seen.has(next)) reached(bundle, next, seen)
  }
  return seen
}

const filesOf = (chunks: Iterable<Chunk>) => new Set([...chunks].flatMap((chunk) => [chunk.fileName, ...(chunk.viteMetadata?.importedCss ?? [])]))

/** Writes ahead.json beside the page: the files of each address that the first script does not bring anyway. */
export const ahead: Plugin = {
  name: 'ahead',
  apply: 'build',
  async writeBundle({ dir = '.' }, bundle) {
    const chunks = Object.values(bundle).filter((one) => one.type === 'chunk')
    const entry = chunks.find((chunk) => chunk.isEntry)
    const letters = Object.keys(bundle).filter((name) => LETTERS.test(name))
    const always = entry ? filesOf(reached(bundle, entry)) : new Set()
    const told = Object.entries(AHEAD).map(([address, { page, usually = [] }]) => {
      const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/src/pages/${page}.tsx`))
      if (!chunk || letters.length !== 1) throw new Error(`ahead.ts: /${address} wants ${page} as a chunk of its own, and one file of letters`)
      return [address, { files: [...letters, ...filesOf(reached(bundle, chunk))].filter((name) => !always.has(name)), asks: ASKS, asks_usually: usually }]
    })
    await writeFile(join(dir, 'ahead.json'), JSON.stringify(Object.fromEntries(told), null, 1))
  },
}
