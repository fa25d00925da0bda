// Settings › Members: people, and who is invited.
import { useState } from 'react'
import type { Role } from '@/api/types'
import { useMe } from '@/api/who'
import { InviteDialog, Invitations } from '@/features/members/Invitations'
import { MemberTable } from '@/features/members/MemberTable'

export function MembersPage() {
  const { member } = useMe()
  const [inviting, setInviting] = useState(false)
  const mayGive = (role: Role) => member.role === 'owner' || (role !== 'owner' && role !== 'manager')
  return (
    <>
      <MemberTable myId={member.id} mayGive={mayGive} onInvite={() => setInviting(true)} />
      <Invitations />
      <InviteDialog open={inviting} onClose={() => setInviting(false)} mayGive={mayGive} />
    </>
  )
}
