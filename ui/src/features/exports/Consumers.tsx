// Who is given what changed since the last time, where each stands, and beginning anew.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { consumersQuery, useResetConsumer } from '@/api/exports'
import type { Consumer } from '@/api/types'
import { Button } from '@/design/Button'
import { Confirm } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { PlainTable, Section } from '@/design/Section'
import { Time } from '@/design/Time'
import css from '@/features/exports/exports.module.css'

/** Nothing at all while there are none. */
export function Consumers() {
  const consumers = useQuery(consumersQuery)
  const reset = useResetConsumer()
  const [asked, setAsked] = useState<Consumer | null>(null)
  if (consumers.error) return <ProblemNotice problem={consumers.error} onRetry={() => void consumers.refetch()} />
  const rows = consumers.data?.items ?? []
  if (rows.length === 0) return null
  return (
    <div className={css['consumers']}>
      <Section title="Consumers" says="Each export for one of them has what changed since the one before.">
        <PlainTable
          label="Consumers"
          rows={rows}
          rowKey={(consumer) => consumer.id}
          columns={[
            { head: 'Name', cell: (consumer) => <>{consumer.name}{consumer.of_clients && <span className={css['soft']}> (clients)</span>}</> },
            { head: 'Has everything up to', width: 170, cell: (consumer) => <Time at={consumer.position_at} none="nothing yet" /> },
            { head: 'Position', width: 200, hideOnPhone: true, cell: (consumer) => (consumer.position ? <code className={css['position']} title={consumer.position}>{consumer.position}</code> : <span className={css['none']}>–</span>) },
            { head: 'Follows', hideOnPhone: true, cell: (consumer) => <span className={css['soft']}>{followed(consumer)}</span> },
            { head: 'Actions', quiet: true, width: 80, end: true, cell: (consumer) => <Button small look="quiet" disabledReason={consumer.can['reset'] ?? (consumer.position ? null : 'It begins anew already.')} onClick={() => setAsked(consumer)}>Reset</Button> },
          ]}
        />
      </Section>
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={`Have ${asked?.name ?? ''} begin anew?`}
        verb="Reset position"
        pending={reset.isPending}
        problem={reset.error}
        onConfirm={() => asked && reset.mutate(asked.id, { onSuccess: () => setAsked(null) })}
      >
        Its next export has everything again, and may follow another filter.
      </Confirm>
    </div>
  )
}

function followed(consumer: Consumer): string {
  const filter = (consumer.selection['filter'] ?? {}) as Record<string, unknown>
  const said = Object.entries(filter).map(([name, value]) => `${name} ${String(value)}`)
  return said.length > 0 ? said.join(', ') : 'all tasks'
}
