// Open invitations, and the dialog that makes one and shows its link once.
import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Role } from '@/api/types'
import { invitationsQuery, useInvite, useRevokeInvitation } from '@/api/who'
import { Button } from '@/design/Button'
import { Dialog, DialogFoot } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { PlainTable, Section } from '@/design/Section'
import { CopyButton, Time } from '@/design/Time'
import css from '@/features/members/members.module.css'
import { RoleSelect } from '@/features/members/RoleSelect'
import { roleLabel } from '@/lib/roles'

export function Invitations() {
  const invitations = useQuery(invitationsQuery)
  const revoke = useRevokeInvitation()
  const open = invitations.data?.items.filter((invitation) => invitation.state === 'open')
  if (!invitations.error && (!open || open.length === 0)) return null
  return (
    <Section title="Invitations" says="Open until somebody uses the link or it expires.">
      <ProblemNotice problem={invitations.error ?? revoke.error} onRetry={invitations.error ? () => void invitations.refetch() : undefined} />
      <PlainTable
        label="Open invitations"
        rows={open}
        rowKey={(invitation) => invitation.id}
        columns={[
          { head: 'Email', cell: (invitation) => invitation.email },
          { head: 'Role', width: 140, cell: (invitation) => roleLabel(invitation.role) },
          { head: 'Expires', width: 96, hideOnPhone: true, cell: (invitation) => <Time at={invitation.expires_at} /> },
          { head: 'Actions', quiet: true, width: 88, end: true, cell: (invitation) => <Button small look="quiet" disabledReason={invitation.can['revoke']} pending={revoke.isPending && revoke.variables === invitation.id} onClick={() => revoke.mutate(invitation.id)}>Revoke</Button> },
        ]}
      />
    </Section>
  )
}

interface InviteDialogProps {
  open: boolean
  onClose: () => void
  mayGive: (role: Role) => boolean
}

export function InviteDialog({ open, onClose, mayGive }: InviteDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title="Invite somebody">
      {open && <InviteForm onClose={onClose} mayGive={mayGive} />}
    </Dialog>
  )
}

function InviteForm({ onClose, mayGive }: Omit<InviteDialogProps, 'open'>) {
  const invite = useInvite()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('annotator')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    invite.mutate({ email: email.trim(), role })
  }
  if (invite.data?.link) {
    return (
      <>
        <p>Send this link to {invite.data.email}. It is shown only now and works once.</p>
        <div className={css['link']}>
          <code>{invite.data.link}</code>
          <CopyButton text={invite.data.link} />
        </div>
        <DialogFoot>
          <Button onClick={() => invite.reset()}>Invite another</Button>
          <Button look="primary" onClick={onClose}>Done</Button>
        </DialogFoot>
      </>
    )
  }
  return (
    <form onSubmit={submit} style={{ display: 'contents' }}>
      <TextInput label="Email" type="email" value={email} onChange={(event) => setEmail(event.currentTarget.value)} required withAsterisk={false} data-autofocus />
      <RoleSelect label="Role" value={role} onChange={setRole} mayGive={mayGive} />
      <ProblemNotice problem={invite.error} />
      <DialogFoot>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" pending={invite.isPending}>Make the link</Button>
      </DialogFoot>
    </form>
  )
}
