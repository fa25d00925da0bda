// The first start: the one-time link becomes the owner and the workspace.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Entrance } from '@/features/who/Entrance'
import { FirstStartForm } from '@/features/who/FirstStartForm'

export function FirstStartPage() {
  const { token } = useSearch({ from: '/first-start' })
  const navigate = useNavigate()
  if (!token) return <Entrance title="This link is not whole" says="Copy the complete link that the server printed when it started, with everything behind “token=”." />
  return (
    <Entrance title="Welcome to Taskyard" says="You are the first here: this makes you the owner of a new workspace.">
      <FirstStartForm token={token} onDone={() => void navigate({ to: '/', replace: true })} />
    </Entrance>
  )
}
