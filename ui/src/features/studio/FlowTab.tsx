// The flow of a project: its text in the middle, its bones beside, its problems below.
import { type RefObject, useMemo } from 'react'
import { ProblemNotice } from '@/design/Notice'
import CodeEditor, { type EditorHandle } from '@/features/studio/CodeEditor'
import { FlowSide } from '@/features/studio/FlowSide'
import { outlineOf } from '@/features/studio/outline'
import { ProblemList } from '@/features/studio/ProblemList'
import css from '@/features/studio/Flow.module.css'
import type { Draft } from '@/features/studio/use-draft'
import { useHotkeys } from '@/lib/hotkeys'

interface FlowTabProps {
  draft: Draft
  readOnly: string | null
  editor: RefObject<EditorHandle | null>
}

export default function FlowTab({ draft, readOnly, editor }: FlowTabProps) {
  const outline = useMemo(() => outlineOf(draft.text), [draft.text])
  useHotkeys([
    { keys: 'f8', says: 'Next problem', group: 'Flow', whileTyping: true, run: () => editor.current?.nextProblem(1) },
    { keys: 'shift+f8', says: 'Problem before', group: 'Flow', whileTyping: true, run: () => editor.current?.nextProblem(-1) },
  ])
  const goTo = (line: number, column?: number | null) => editor.current?.goTo(line, column)
  return (
    <div className={css['flow']}>
      <div className={css['written']}>
        {readOnly && <p className={css['readonly']}>{readOnly}</p>}
        <CodeEditor ref={editor} label="Flow as YAML" value={draft.text} onChange={draft.write} readOnly={readOnly} problems={draft.problems} checked={draft.checked} />
        <ProblemNotice problem={draft.checkFailed} />
        <ProblemList problems={draft.problems} onGo={goTo} />
      </div>
      <FlowSide outline={outline} problems={draft.problems} onGo={goTo} />
    </div>
  )
}
