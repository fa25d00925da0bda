// What stands when no page does: an address that leads nowhere, a page that failed.
import { Link, Outlet, useRouter } from '@tanstack/react-router'
import { Button } from '@/design/Button'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { Tips } from '@/design/Tips'

export const RootPage = () => (
  <>
    <Outlet />
    <Tips />
  </>
)

export function MissingPage() {
  return (
    <EmptyState title="There is no page at this address" action={<Link to="/">Go to the start</Link>}>
      The link may be mistyped, or what it led to was deleted.
    </EmptyState>
  )
}

export function FailedPage({ error, reset }: { error: unknown; reset?: () => void }) {
  const router = useRouter()
  const again = () => {
    reset?.()
    void router.invalidate()
  }
  // A page that was built since this tab was opened is no longer there under its old name.
  const isOld = error instanceof TypeError && /dynamically imported module/.test(error.message)
  if (isOld) {
    return (
      <EmptyState title="Taskyard was updated" action={<Button look="primary" onClick={() => location.reload()}>Reload</Button>}>
        Reload to get the present version. Nothing you saved is lost.
      </EmptyState>
    )
  }
  return <ProblemNotice problem={error} onRetry={again} size="page" />
}
