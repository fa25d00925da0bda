// Everything that happened to a task, as sentences with who and when.
import { useInfiniteQuery } from '@tanstack/react-query'
import { IconRobot, IconSettings, IconUser, IconKey } from '@tabler/icons-react'
import { timelineQuery } from '@/api/answers'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { Time } from '@/design/Time'
import css from '@/features/task/TaskPage.module.css'

const SIGNS = { member: <IconUser size={13} />, key: <IconKey size={13} />, model: <IconRobot size={13} />, system: <IconSettings size={13} /> }

export function TimelineTab({ taskId }: { taskId: string }) {
  const timeline = useInfiniteQuery(timelineQuery(taskId))
  if (timeline.isError) return <ProblemNotice problem={timeline.error} onRetry={() => void timeline.refetch()} />
  if (!timeline.data) return <Skeleton height={160} radius={6} />
  const facts = timeline.data.pages.flatMap((page) => page.items)
  return (
    <>
      <ol className={css['timeline']}>
        {facts.map((fact) => (
          <li key={fact.number}>
            <span className={css['sign']} title={fact.by.kind}>{SIGNS[fact.by.kind]}</span>
            <span className={css['said']}>
              {fact.says}
              <span className="meta"> {fact.says.includes(fact.by.name) ? null : `${fact.by.name} · `}<Time at={fact.at} /></span>
            </span>
          </li>
        ))}
      </ol>
      {timeline.hasNextPage && <Button small pending={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>Show more</Button>}
    </>
  )
}
