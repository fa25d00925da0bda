// JSON to be read: indented, coloured by kind, with the very digits of the document.
import { memo } from 'react'
import css from '@/design/JsonView.module.css'

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g
/** Longer documents are shown in one colour: ten thousand little elements would only be slow. */
const COLOURED_CHARS_MAX = 60_000

function coloured(text: string) {
  const parts: React.ReactNode[] = []
  let from = 0
  for (const found of text.matchAll(TOKEN)) {
    const [whole, quoted, colon, number] = found
    parts.push(text.slice(from, found.index))
    const kind = colon ? 'name' : quoted ? 'string' : number ? 'number' : 'word'
    parts.push(<span key={found.index} className={css[kind]}>{quoted ?? whole}</span>, colon ?? '')
    from = found.index + whole.length
  }
  parts.push(text.slice(from))
  return parts
}

export const JsonView = memo(function JsonView({ text, label }: { text: string; label: string }) {
  return (
    <pre className={css['json']} tabIndex={0} aria-label={label}>
      {text.length > COLOURED_CHARS_MAX ? text : coloured(text)}
    </pre>
  )
})
