// What has to be mended before the flow can be saved, each with its place; a click goes there.
import { IconAlertCircle } from '@tabler/icons-react'
import type { FlowProblem } from '@/api/types'
import css from '@/features/studio/Flow.module.css'

export function ProblemList({ problems, onGo }: { problems: FlowProblem[]; onGo: (line: number, column?: number | null) => void }) {
  if (problems.length === 0) return null
  return (
    <ul className={css['problems']} aria-label="Problems">
      {problems.map((problem, at) => (
        <li key={at}>
          <button type="button" onClick={() => onGo(problem.line ?? 1, problem.column)}>
            <IconAlertCircle size={14} aria-hidden />
            <span className={css['where']}>{problem.line ? `line ${problem.line}` : (problem.place ?? '')}</span>
            <span>
              {problem.says} {problem.mend && <span className={css['mend']}>{problem.mend}</span>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
