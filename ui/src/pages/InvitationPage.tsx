// An invitation: who invites, as what, and the way in.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { invitationLookUp } from '@/api/who'
import { ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { AcceptInvitationForm } from '@/features/who/AcceptInvitationForm'
import { Entrance } from '@/features/who/Entrance'

export function InvitationPage() {
  const { token = '' } = useSearch({ from: '/invitation' })
  const navigate = useNavigate()
  const invitation = useQuery(invitationLookUp(token))
  if (invitation.error) {
    return (
      <Entrance title="This invitation does not open">
        <ProblemNotice problem={invitation.error} />
        <Link to="/sign-in" search={{}}>Sign in instead</Link>
      </Entrance>
    )
  }
  if (!invitation.data) return <Entrance title="Invitation"><Skeleton height={180} radius={6} /></Entrance>
  const { workspace, email, role } = invitation.data
  return (
    <Entrance title={`Join ${workspace}`} says={`You are invited as ${role === 'owner' || role === 'annotator' ? 'an' : 'a'} ${role}.`}>
      <AcceptInvitationForm token={token} email={email} onDone={() => void navigate({ to: '/', replace: true })} />
    </Entrance>
  )
}
