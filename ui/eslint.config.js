// House rules of the UI: the folder order, strict types, honest hooks.
import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import { readdirSync } from 'node:fs'
import tseslint from 'typescript-eslint'

// Everything crosses folders by '@/…', so the order of the folders is a matter of names.
const upward = {
  regex: '^\\.\\./',
  message: "Cross a folder by '@/…', so that the order of the folders can be checked.",
}
const floors = { lib: [], design: ['lib'], api: ['lib'], features: ['api', 'design', 'lib'], pages: ['features', 'api', 'design', 'lib'] }
const all = ['app', 'pages', 'features', 'api', 'design', 'lib']

const refuse = (floor) => ({
  regex: `^@/(${all.filter((other) => other !== floor && !floors[floor].includes(other)).join('|')})(/|$)`,
  message: `${floor}/ may use only ${floors[floor].join(', ') || 'nothing of ours'}: app → pages → features → api, design → lib.`,
})

const features = readdirSync(new URL('./src/features', import.meta.url))
const strangers = (feature) => ({
  regex: `^@/features/(?!${feature}(/|$))`,
  message: 'No feature imports another; a page puts them together.',
})

const restrict = (files, ...patterns) => ({ files, rules: { 'no-restricted-imports': ['error', { patterns }] } })

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.gen.ts'] },
  { files: ['*.js'], languageOptions: { globals: { URL: 'readonly' } } },
  js.configs.recommended,
  ...tseslint.configs.strict,
  reactHooks.configs.flat.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      'max-lines': ['error', { max: 500 }],
      'no-console': 'error',
      'no-restricted-imports': ['error', { patterns: [upward] }],
      // Search parameters of a route are plain objects, and dead branches are the compiler's matter.
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  { files: ['src/**/*.tsx'], rules: { 'max-lines': ['error', { max: 250 }] } },
  ...Object.keys(floors).map((floor) => restrict([`src/${floor}/**/*.{ts,tsx}`], upward, refuse(floor))),
  ...features.map((name) => restrict([`src/features/${name}/**/*.{ts,tsx}`], upward, refuse('features'), strangers(name))),
)
