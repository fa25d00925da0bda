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
import { useKnown } from '@/features/exports/use-known'
import { selectedWords } from '@/features/exports/words'
import { counted } from '@/lib/format'

/** Nothing at all while there are none. */
export function Consumers() {
  const consumers = useQuery(consumersQuery)
  const reset = useResetConsumer()
  const known = useKnown()
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
            {
              head: 'Name',
              cell: (consumer) => (
                <span className={css['lines']}>
                  <span>{consumer.name}{consumer.of_clients && <span className={css['soft']}> (clients)</span>}</span>
                  <span className="meta" title={selectedWords(consumer.selection, known)}>{selectedWords(consumer.selection, known)}</span>
                </span>
              ),
            },
            { head: 'Last read', width: 84, cell: (consumer) => <Time at={consumer.position_at} none="not yet" /> },
            { head: 'It was given', width: 190, hideOnPhone: true, cell: (consumer) => <span className={css['soft']}>{given(consumer)}</span> },
            { head: 'Actions', quiet: true, width: 72, end: true, cell: (consumer) => <Button small look="quiet" disabledReason={consumer.can['reset'] ?? (consumer.position ? null : 'It begins anew already.')} onClick={() => setAsked(consumer)}>Reset</Button> },
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

function given(consumer: Consumer): string {
  if (consumer.last_tasks === null) return '–'
  const tasks = counted(consumer.last_tasks, 'task')
  return consumer.last_gone ? `${tasks}, ${counted(consumer.last_gone, 'task')} gone` : tasks
}
