// Reservations: who has what in hand, and taking it back.
import { Link, useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { IconHandStop } from '@tabler/icons-react'
import { EmptyState } from '@/design/Notice'
import { Page } from '@/design/Page'
import { useMay } from '@/api/who'
import { UpcomingList } from '@/features/work/UpcomingList'
import { HolderTable } from '@/features/reservations/HolderTable'

export function ReservationsPage() {
  const search = useSearch({ from: '/known/shell/reservations' })
  const navigate = useNavigate({ from: '/reservations' })
  const router = useRouter()
  const mayRelease = useMay('work.release_any')
  return (
    <Page title="Reservations" trail={[<Link key="tasks" to="/tasks">Tasks</Link>, 'Reservations']} body="plain">
      {mayRelease ? (
        <HolderTable
          open={search.member}
          onOpen={(member) => void navigate({ search: { member }, replace: true })}
          taskHref={(id) => router.buildLocation({ to: '/tasks/$taskId', params: { taskId: id }, search: {} }).href}
          onTask={(id) => void navigate({ to: '/tasks/$taskId', params: { taskId: id }, search: {} })}
          next={(member) => <UpcomingList member={member.id} name={member.name} />}
          empty={
            <EmptyState title="Nobody has work in hand" icon={<IconHandStop size={22} />} action={<Link to="/tasks" search={{}}>See the tasks</Link>}>
              When somebody takes a task, or one is reserved for them, they appear here.
            </EmptyState>
          }
        />
      ) : (
        <EmptyState title="Owners and managers see this" action={<Link to="/work">Go to Work</Link>}>What you have in hand yourself is on the page Work.</EmptyState>
      )}
    </Page>
  )
}
