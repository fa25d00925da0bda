// Keys for programs: shown once when made, revoked for good.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Key } from '@/api/types'
import { keysQuery, useRevokeKey } from '@/api/who'
import { Button } from '@/design/Button'
import { Confirm } from '@/design/Dialog'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { PlainTable, Section } from '@/design/Section'
import { Time } from '@/design/Time'
import { NewKeyDialog } from '@/features/keys/NewKeyDialog'
import { roleLabel } from '@/lib/roles'

export function KeyTable() {
  const keys = useQuery(keysQuery)
  const revoke = useRevokeKey()
  const [making, setMaking] = useState(false)
  const [ending, setEnding] = useState<Key | null>(null)
  const make = <Button look="primary" onClick={() => setMaking(true)}>New key</Button>
  const rows = keys.data?.items
  return (
    <Section title="Keys" says="Programs sign in with a key as Authorization: Bearer. A key acts as a member with its role." action={rows?.length !== 0 && make}>
      <ProblemNotice problem={keys.error} onRetry={() => void keys.refetch()} />
      {rows?.length === 0 ? (
        <EmptyState title="No keys yet" action={make}>A key lets a script upload tasks, take work or fetch answers.</EmptyState>
      ) : (
        <PlainTable
          label="Keys"
          rows={rows}
          rowKey={(key) => key.id}
          dimmed={(key) => key.revoked_at !== null}
          columns={[
            { head: 'Name', cell: (key) => key.name },
            { head: 'Key', width: 110, cell: (key) => <code>{key.prefix}…</code> },
            { head: 'Role', width: 100, hideOnPhone: true, cell: (key) => roleLabel(key.role) },
            { head: 'Last used', width: 100, hideOnPhone: true, cell: (key) => <Time at={key.last_used_at} none="never" /> },
            { head: 'Expires', width: 100, hideOnPhone: true, cell: (key) => <Time at={key.expires_at} none="never" /> },
            { head: 'Actions', quiet: true, width: 100, end: true, cell: (key) => (key.revoked_at ? <span className="meta">revoked <Time at={key.revoked_at} /></span> : <Button small look="quiet" onClick={() => setEnding(key)}>Revoke</Button>) },
          ]}
        />
      )}
      <NewKeyDialog open={making} onClose={() => setMaking(false)} />
      <Confirm
        open={ending !== null}
        onClose={() => setEnding(null)}
        title={`Revoke ${ending?.name ?? ''}`}
        verb="Revoke key"
        danger
        pending={revoke.isPending}
        problem={revoke.error}
        onConfirm={() => ending && revoke.mutate(ending.id, { onSuccess: () => setEnding(null) })}
      >
        Programs that use <code>{ending?.prefix}…</code> are refused from now on. This cannot be undone.
      </Confirm>
    </Section>
  )
}
