// One version of an answer as it is shown elsewhere, too: its regions on the picture, its fields by name; what differs is marked.
import type { Json } from '@/api/types'
import { Fields } from '@/features/task/AnswersTab'
import css from '@/features/task/TaskPage.module.css'
import { labelSummary, plainFields, shapesOf } from '@/features/task/answer-text'
import { Viewer } from '@/features/viewers/Viewer'
import { shownAs } from '@/features/viewers/shown'
import { isSame } from '@/lib/at-path'
import { type Work, kindOfWork } from '@/pages/work-kinds'

interface AnswerViewProps {
  work: Work & { step_run: { use: string } }
  answer: Json
  /** The version beside it. */
  other: Json
}

export function AnswerView({ work, answer, other }: AnswerViewProps) {
  const picture = kindOfWork(work.step_run.use).pictureId?.(work) ?? null
  const shapes = shapesOf({ id: 'version', data: answer })
  const differing = new Set(Object.keys(answer).filter((name) => !isSame(answer[name], other[name])))
  if (picture === null && plainFields(answer).length === 0) return <p className="meta">Empty</p>
  return (
    <>
      {picture !== null && <div className={css['version']}><Viewer items={[shownAs('picture', picture, work.task.files, 'image')]} files={work.task.files} shapesOn={() => shapes} /></div>}
      {picture !== null && <p>{labelSummary(shapes)}</p>}
      <Fields data={answer} differing={differing} />
    </>
  )
}
