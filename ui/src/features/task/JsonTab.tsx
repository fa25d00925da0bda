// The task as JSON with the very digits of the server: what came in, what was answered, or everything; to copy and to keep.
import { SegmentedControl } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { IconDownload } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { type Exactly, exactQuery } from '@/api/answers'
import { IconButton } from '@/design/Button'
import { JsonView } from '@/design/JsonView'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { Copy } from '@/design/Time'
import css from '@/features/task/TaskPage.module.css'
import { type Exact, fieldOf, readExact, written } from '@/lib/exact-json'
import { saveText } from '@/lib/take-away'

type Part = 'original' | 'answers' | 'everything'

const NEEDS: Record<Part, Exactly[]> = { original: ['task'], answers: ['answers'], everything: ['task', 'answers', 'timeline'] }
const items = (page: Exact): Exact => fieldOf(page, 'items') ?? page

/** The asked part of what the server said, written out again without a change to any value. */
export function partOf(part: Part, texts: string[]): string {
  const [first, answers, timeline] = texts.map(readExact)
  if (!first) return ''
  if (part === 'original') return written(fieldOf(first, 'input') ?? first)
  if (part === 'answers') return written(items(first))
  const fields: [string, Exact][] = [['task', first]]
  if (answers) fields.push(['answers', items(answers)])
  if (timeline) fields.push(['timeline', items(timeline)])
  return written({ kind: 'object', fields })
}

export function JsonTab({ taskId, name }: { taskId: string; name: string }) {
  const [part, setPart] = useState<Part>('original')
  const said = useQueries({ queries: NEEDS[part].map((what) => exactQuery(taskId, what)) })
  const texts = said.map((query) => query.data)
  const joined = texts.every((text) => text !== undefined) ? texts.join('\u0000') : null
  const text = useMemo(() => (joined === null ? null : partOf(part, joined.split('\u0000'))), [joined, part])
  const failed = said.find((query) => query.isError)
  return (
    <div className={css['jsontab']}>
      <div className={css['tools']}>
        <SegmentedControl size="xs" value={part} onChange={(next) => setPart(next as Part)} data={[{ value: 'original', label: 'Original' }, { value: 'answers', label: 'Answers' }, { value: 'everything', label: 'Everything' }]} aria-label="What to show" />
        <span className={css['push']} />
        {text !== null && <Copy text={text} label="Copy the JSON" />}
        <IconButton small label="Download the JSON" disabledReason={text === null ? 'It is still loading.' : null} onClick={() => saveText(`${name}-${part}.json`, text ?? '')}><IconDownload size={15} /></IconButton>
      </div>
      {failed ? <ProblemNotice problem={failed.error} onRetry={() => void failed.refetch()} /> : text === null ? <Skeleton height={180} radius={6} /> : <JsonView text={text} label={`${part} of the task as JSON`} />}
    </div>
  )
}
