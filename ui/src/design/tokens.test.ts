// Every text colour is readable on every ground it stands on, in both themes.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync('src/design/tokens.css', 'utf8')
const tokens = new Map([...css.matchAll(/--([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\)/g)].map(([, name, light, dark]) => [String(name), [String(light), String(dark)]]))

const channel = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => channel(Number.parseInt(hex.slice(at, at + 2), 16) / 255))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string): number {
  const [bright = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (bright + 0.05) / (dark + 0.05)
}

const grounds = ['bg', 'bg-frame', 'bg-raised', 'bg-hover', 'bg-selected']
const texts = ['text', 'text-2', 'text-3', 'accent-text', ...['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'redo'].map((status) => `status-${status}`)]

describe.each(['light', 'dark'])('in the %s theme', (theme) => {
  const at = theme === 'light' ? 0 : 1
  const of = (name: string) => tokens.get(name)?.[at] ?? ''
  test.each(texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)))('%s is readable on %s', (text, ground) => {
    expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5)
  })
  test.each(['running', 'waiting', 'completed', 'failed', 'redo'])('the soft ground of %s carries its own colour and plain text', (status) => {
    expect(contrast(of(`status-${status}`), of(`soft-${status}`))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(of('text'), of(`soft-${status}`))).toBeGreaterThanOrEqual(4.5)
  })
  test('white is readable on the accent', () => {
    expect(contrast('#ffffff', of('accent'))).toBeGreaterThanOrEqual(4.5)
    expect(contrast('#ffffff', of('accent-hover'))).toBeGreaterThanOrEqual(4.5)
  })
})
