// What was told to the callback URL of a task: each event, where it stands, every attempt, and telling it again.
import { useInfiniteQuery } from '@tanstack/react-query'
import { IconSend } from '@tabler/icons-react'
import { deliveriesQuery, useSendAgain } from '@/api/callbacks'
import type { Delivery } from '@/api/types'
import { Button } from '@/design/Button'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { StatusBadge } from '@/design/StatusBadge'
import { Copy, Id, Time } from '@/design/Time'
import css from '@/features/task/Callbacks.module.css'
import { count, words } from '@/lib/format'

export function CallbacksTab({ taskId, url }: { taskId: string; url: string }) {
  const deliveries = useInfiniteQuery(deliveriesQuery(taskId))
  return (
    <>
      <p className={css['url']}>
        <span className="meta">Told to</span> <code>{url}</code> <Copy text={url} label="Copy callback URL" />
      </p>
      {deliveries.isError ? (
        <ProblemNotice problem={deliveries.error} onRetry={() => void deliveries.refetch()} />
      ) : deliveries.data ? (
        <Told taskId={taskId} deliveries={deliveries.data.pages.flatMap((page) => page.items)} />
      ) : (
        <Skeleton height={120} radius={6} />
      )}
      {deliveries.hasNextPage && <Button small pending={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>Show more</Button>}
    </>
  )
}

function Told({ taskId, deliveries }: { taskId: string; deliveries: readonly Delivery[] }) {
  if (deliveries.length === 0) return <EmptyState title="Nothing was told yet">It is told when the task is completed, fails, is cancelled or is audited.</EmptyState>
  return (
    <ol className={css['deliveries']} aria-label="Callbacks">
      {deliveries.map((delivery, at) => <EventItem key={delivery.id} taskId={taskId} delivery={delivery} isBehind={deliveries.slice(at + 1).some(isOpen)} />)}
    </ol>
  )
}

const isOpen = (delivery: Delivery): boolean => delivery.state === 'waiting' || delivery.state === 'sending'

/** `isBehind` says that something earlier of the task is still to be told. */
function EventItem({ taskId, delivery, isBehind }: { taskId: string; delivery: Delivery; isBehind: boolean }) {
  const again = useSendAgain(taskId)
  const event = words(delivery.type.replace('task.', ''))
  return (
    <li>
      <header>
        <StatusBadge state={delivery.state} />
        <span className={css['event']}>{event}</span>
        <span className="meta"><Time at={delivery.created_at} /> · <Id id={delivery.event_id} label="event id" /></span>
        <Button small look="quiet" icon={<IconSend size={14} />} className={css['again']} aria-label={`Send ${event} again`} pending={again.isPending} disabledReason={delivery.can['send_again'] ?? null} onClick={() => again.mutate(delivery.id)}>
          Send again
        </Button>
      </header>
      {again.isError && <ProblemNotice problem={again.error} />}
      {delivery.state === 'waiting' && isBehind && <p className="meta">It is told when what came before it has arrived or was given up.</p>}
      {delivery.due_at && !isBehind && delivery.attempts.length > 0 && <p className="meta">The next attempt is due <Time at={delivery.due_at} />.</p>}
      {delivery.attempts.length > 0 && (
        <ol className={css['attempts']} aria-label={`Attempts to tell ${event}`}>
          {delivery.attempts.map((attempt) => (
            <li key={attempt.number}>
              <span className="numbers">{count(attempt.number)}</span>
              <span className={css['outcome']}>
                {attempt.error ?? (attempt.status === null ? 'Under way.' : `It answered ${attempt.status}.`)}
                <span className="meta"> <Time at={attempt.began_at} />{attempt.milliseconds !== null && ` · ${count(attempt.milliseconds)} ms`}</span>
                {attempt.response && (
                  <details>
                    <summary>Answer</summary>
                    <pre>{attempt.response}</pre>
                  </details>
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
    </li>
  )
}
