// What the server found wrong with a flow, as marks in the text: on the words meant, with the mend in the tooltip.
import type { Diagnostic } from '@codemirror/lint'
import type { Text } from '@codemirror/state'
import type { FlowProblem } from '@/api/types'

/** From the column named to the end of the line, without the space and the comment behind it. */
export function rangeOf(doc: Text, problem: FlowProblem): { from: number; to: number } {
  const line = doc.line(Math.min(Math.max(1, problem.line ?? 1), doc.lines))
  const written = line.text.replace(/\s+#.*$/, '').trimEnd()
  const indent = line.text.length - line.text.trimStart().length
  const column = problem.column ? Math.max(problem.column - 1, indent) : indent
  const from = line.from + Math.min(column, line.text.length)
  return { from, to: Math.max(from, line.from + written.length) }
}

export const marksOf = (doc: Text, problems: FlowProblem[]): Diagnostic[] =>
  problems
    .map((problem) => ({
      ...rangeOf(doc, problem),
      severity: 'error' as const,
      message: [problem.says, problem.mend].filter(Boolean).join(' '),
      renderMessage: () => tooltip(problem),
    }))
    .sort((a, b) => a.from - b.from)

function tooltip(problem: FlowProblem): Node {
  const says = document.createElement('div')
  says.textContent = problem.says
  if (problem.mend) {
    const mend = document.createElement('span')
    mend.className = 'cm-diagnostic-mend'
    mend.textContent = problem.mend
    says.append(mend)
  }
  return says
}
