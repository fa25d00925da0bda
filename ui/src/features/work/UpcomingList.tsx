// What comes next for somebody, in the order of the hand-out, each with why.
import { useQuery } from '@tanstack/react-query'
import { useFacts } from '@/api/live'
import { upcomingQuery } from '@/api/work'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import css from '@/features/work/WorkHome.module.css'
import { shortId } from '@/lib/format'
import { usePaced } from '@/lib/paced'

const LOOK_EVERY_MS = 1_000

/** Of a member, or of oneself. */
export function UpcomingList({ member, name }: { member?: string; name?: string }) {
  const next = useQuery(upcomingQuery(member))
  const { refetch } = next
  const lookAgain = usePaced(() => void refetch(), LOOK_EVERY_MS)
  useFacts((facts) => {
    if (facts.some((fact) => fact.noun === 'reservation' || fact.noun === 'task')) lookAgain()
  })
  if (next.error && !next.data) return <ProblemNotice problem={next.error} onRetry={() => void next.refetch()} />
  if (!next.data) return <Skeleton height={200} radius={6} />
  if (next.data.items.length === 0) return <p className="meta">{name ? `Nothing is free for ${name} right now.` : 'Nothing is free for you right now.'}</p>
  // The server speaks to whoever takes; here somebody looks on.
  const told = (why: string) => (name ? why.replace(' for you', ` for ${name}`).replace('sent back to you', `sent back to ${name}`).replace('that you skipped', `that ${name} skipped`) : why)
  return (
    <ol className={css['line']} aria-label={name ? `What comes next for ${name}` : 'What comes next'}>
      {next.data.items.map((item, at) => (
        <li key={`${item.task.id} ${item.step}`}>
          <span className={css['place']} aria-hidden>{at + 1}</span>
          <span className="truncate"><span className={css['name']}>{item.task.external_id ?? shortId(item.task.id)}</span> <span className="meta">{item.task.project.name} › {item.step}</span></span>
          <span className={css['why']}>{told(item.why)}</span>
        </li>
      ))}
    </ol>
  )
}
