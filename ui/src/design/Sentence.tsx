// A sentence of the server: what stands between backticks is a name to copy, and looks like one.

export function Sentence({ text }: { text: string }) {
  const parts = text.split('`')
  // An odd number of backticks means that one of them is only a sign.
  if (parts.length % 2 === 0) return text
  return parts.map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))
}
