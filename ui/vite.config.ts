// Builds the UI into the Python package; in development it serves it beside a running server.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { ahead } from './ahead'

const server = process.env['TASKYARD_URL'] ?? 'http://127.0.0.1:8750'

// The server sends these as they are: nothing is compressed while somebody waits.
const packed: Plugin = {
  name: 'packed',
  apply: 'build',
  // Only what lies on the disk is final: Vite still rewrites the imports while the bundle is generated.
  async writeBundle({ dir = '.' }, bundle) {
    for (const fileName of Object.keys(bundle).filter((name) => /\.(js|css)$/.test(name))) {
      const path = join(dir, fileName)
      const source = await readFile(path)
      await writeFile(`${path}.gz`, await promisify(gzip)(source, { level: 9 }))
      await writeFile(`${path}.br`, await promisify(brotliCompress)(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
    }
  },
}

// Ours win over Mantine's in whatever order the files of a page arrive.
const layered: Plugin = {
  name: 'layered',
  enforce: 'pre',
  transform: (code, id) => (/\.css(\?|$)/.test(id) ? `@layer mantine, house;\n${code}` : null),
}

export default defineConfig({
  plugins: [layered, react(), packed, ahead],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The server compares where a request comes from with its own address, so that must arrive unchanged.
  server: { proxy: { '/api': { target: server, changeOrigin: false }, '/health': { target: server, changeOrigin: false } } },
  build: {
    outDir: '../src/taskyard/static',
    emptyOutDir: true,
    target: 'es2023',
    // A data: script or picture would need a wider content security policy than ours.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // A page is a few files, not a request for each icon and each small module. What only some pages draw stays apart.
      output: {
        codeSplitting: {
          groups: [
            { name: 'icons', test: /@tabler[\\/]icons-react/ },
            { name: 'shared', test: /[\\/](@tanstack|src[\\/](lib|api|design(?![\\/](Command|Dialog|Json|Markdown|Picture|Shape))))[\\/]/, minShareCount: 3, maxModuleSize: 30_000 },
          ],
        },
      },
    },
  },
  test: {
    css: false,
    // Rules need no page; what needs one says so by being a tsx, or in its first line.
    projects: [
      { extends: true, test: { name: 'rules', environment: 'node', include: ['src/**/*.test.ts'] } },
      { extends: true, test: { name: 'pages', environment: 'jsdom', include: ['src/**/*.test.tsx'], setupFiles: ['src/lib/test-setup.ts'] } },
    ],
  },
})
