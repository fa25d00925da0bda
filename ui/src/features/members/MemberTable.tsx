// Who belongs to the workspace, as what, and the ways to change it.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Member, Role } from '@/api/types'
import { membersQuery, useChangeMember } from '@/api/who'
import { Button } from '@/design/Button'
import { Confirm } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { PlainTable, Section } from '@/design/Section'
import { Time } from '@/design/Time'
import css from '@/features/members/members.module.css'
import { RoleSelect } from '@/features/members/RoleSelect'
import { counted } from '@/lib/format'

interface MemberTableProps {
  myId: string
  mayGive: (role: Role) => boolean
  onInvite: () => void
}

export function MemberTable({ myId, mayGive, onInvite }: MemberTableProps) {
  const members = useQuery(membersQuery)
  const change = useChangeMember()
  const [leaving, setLeaving] = useState<Member | null>(null)
  const people = members.data?.items.filter((member) => member.kind === 'person' && member.state === 'active')
  return (
    <Section
      title="Members"
      says={people ? `${counted(people.length, 'person', 'people')} in this workspace.` : undefined}
      action={<Button look="primary" onClick={onInvite}>Invite</Button>}
    >
      <ProblemNotice problem={members.error} onRetry={() => void members.refetch()} />
      <ProblemNotice problem={leaving ? null : change.error} />
      <PlainTable
        label="Members"
        rows={people}
        rowKey={(member) => member.id}
        columns={[
          { head: 'Name', cell: (member) => <span className={css['member']}><span className="truncate">{member.name}{member.id === myId && <span className="meta"> you</span>}</span><span className="meta truncate">{member.email}</span></span> },
          { head: 'Role', width: 140, cell: (member) => <RoleSelect small name={`Role of ${member.name}`} value={member.role} mayGive={mayGive} disabledReason={refusal(member, 'change')} onChange={(role) => change.mutate({ id: member.id, role })} /> },
          { head: 'Since', width: 96, hideOnPhone: true, cell: (member) => <Time at={member.created_at} /> },
          { head: 'Actions', quiet: true, width: 88, end: true, cell: (member) => <Button small look="quiet" disabledReason={refusal(member, 'remove')} onClick={() => setLeaving(member)}>Remove</Button> },
        ]}
      />
      <Confirm
        open={leaving !== null}
        onClose={() => setLeaving(null)}
        title={`Remove ${leaving?.name ?? ''}`}
        verb="Remove"
        danger
        pending={change.isPending}
        problem={change.error}
        onConfirm={() => leaving && change.mutate({ id: leaving.id, state: 'removed' }, { onSuccess: () => setLeaving(null) })}
      >
        {leaving?.name} can no longer sign in here, and work in hand goes back to its queue. Their answers stay.
      </Confirm>
    </Section>
  )
}

const refusal = (member: Member, move: 'change' | 'remove'): string | null => member.can[move] ?? null
