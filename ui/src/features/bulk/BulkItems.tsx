// What became of each task of a bulk operation: by outcome, with the reason and the way to the task.
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type BulkOutcome, bulkItemsQuery } from '@/api/bulk'
import type { BulkItem, BulkPage } from '@/api/types'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { Sentence } from '@/design/Sentence'
import { Skeleton } from '@/design/Skeleton'
import css from '@/features/bulk/BulkItems.module.css'
import { OUTCOME_WORDS, firstOutcome } from '@/features/bulk/deeds'
import { count, shortId } from '@/lib/format'

const OUTCOMES = Object.keys(OUTCOME_WORDS) as BulkOutcome[]

export function BulkItems({ bulk }: { bulk: BulkPage }) {
  const [chosen, setChosen] = useState<BulkOutcome>()
  const outcome = chosen && bulk[chosen] > 0 ? chosen : firstOutcome(bulk)
  if (!bulk.items_kept) return <p className={css['says']}>What became of each task was kept for a while, and is gone now; the counts stay.</p>
  if (!outcome) return null
  return (
    <section aria-label="Tasks by outcome" className={css['items']}>
      <div className={css['outcomes']} role="group" aria-label="Outcome">
        {OUTCOMES.filter((each) => bulk[each] > 0).map((each) => (
          <button key={each} type="button" aria-pressed={each === outcome} className={css['outcome']} onClick={() => setChosen(each)}>
            {OUTCOME_WORDS[each]} <span className="numbers">{count(bulk[each])}</span>
          </button>
        ))}
      </div>
      <Listed key={outcome} bulk={bulk} outcome={outcome} />
    </section>
  )
}

function Listed({ bulk, outcome }: { bulk: BulkPage; outcome: BulkOutcome }) {
  const items = useInfiniteQuery(bulkItemsQuery(bulk.id, outcome))
  const rows = items.data?.pages.flatMap((page) => page.items)
  if (items.error && !rows) return <ProblemNotice problem={items.error} onRetry={() => void items.refetch()} />
  if (!rows) return <Skeleton height={96} radius={6} />
  const isGone = (item: BulkItem) => item.code === 'task_gone' || (bulk.action === 'delete' && item.outcome === 'done')
  const hasReasons = rows.some((item) => item.says)
  return (
    <>
      <div className={css['scroller']} tabIndex={0} role="region" aria-label={OUTCOME_WORDS[outcome]}>
        <table className={css['table']}>
          <thead>
            <tr><th scope="col">Task</th>{hasReasons && <th scope="col">Why</th>}</tr>
          </thead>
          <tbody>
            {rows.map((item) => (
              <tr key={item.number}>
                <td><Task item={item} isGone={isGone(item)} /></td>
                {hasReasons && <td>{item.says && <Sentence text={item.says} />}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {items.isFetchNextPageError && <ProblemNotice problem={items.error} onRetry={() => void items.fetchNextPage()} />}
      {items.hasNextPage && <Button small look="quiet" pending={items.isFetchingNextPage} onClick={() => void items.fetchNextPage()}>More of {count(bulk[outcome])}</Button>}
    </>
  )
}

function Task({ item, isGone }: { item: BulkItem; isGone: boolean }) {
  const name = item.external_id ?? <code>{shortId(item.task_id)}</code>
  if (isGone) return <span title={item.task_id}>{name}</span>
  return <Link to="/tasks/$taskId" params={{ taskId: item.task_id }} search={{}} title={item.task_id}>{name}</Link>
}
