// Sign in, then back to where one wanted to go.
import { useQuery } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { setupQuery } from '@/api/who'
import { Entrance } from '@/features/who/Entrance'
import { SignInForm } from '@/features/who/SignInForm'

export function SignInPage() {
  const { from } = useSearch({ from: '/sign-in' })
  const router = useRouter()
  const setup = useQuery(setupQuery)
  // Only a path of our own: a link must not be able to send a reader elsewhere after signing in.
  const back = from?.startsWith('/') && !from.startsWith('//') && !from.startsWith('/\\') ? from : '/'
  const go = () => void router.invalidate().then(() => router.history.replace(back))
  return (
    <Entrance
      title={setup.data?.needed ? 'Nobody lives here yet' : 'Sign in to Taskyard'}
      says={setup.data?.needed ? 'Open the one-time link that the server printed when it started; it makes the first owner.' : undefined}
    >
      {!setup.data?.needed && <SignInForm onDone={go} />}
    </Entrance>
  )
}
