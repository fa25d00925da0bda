// The flows a project begins with: what the dialog says of them, and that they are the examples that come with Taskyard.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { outlineOf } from '@/features/studio/outline'
import { TEMPLATES } from '@/features/studio/templates'

it.each(TEMPLATES.map((template) => [template.title, template] as const))('%s: the steps shown are those of the flow', (_, template) => {
  expect(outlineOf(template.flow).steps.map(({ id, use, by }) => ({ id, use, by }))).toEqual(template.steps)
})

it.each(['receipts', 'messages'])('%s is the example of the same name', (key) => {
  const template = TEMPLATES.find((one) => one.key === key)
  const example = (file: string) => readFileSync(`${import.meta.dirname}/../../../../examples/${key}/${file}`, 'utf8')
  expect(template?.flow).toBe(example('flow.yaml'))
  expect(template?.instructions).toBe(example('instructions.md'))
})
