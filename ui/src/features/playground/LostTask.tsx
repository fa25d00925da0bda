// The task in the address is not there, or not for this member; nobody is told which.
import { IconPhotoOff } from '@tabler/icons-react'
import { Button } from '@/design/Button'
import { EmptyState } from '@/design/Notice'

export function LostTask({ onBack }: { onBack: () => void }) {
  return (
    <EmptyState
      title="We couldn't open this task"
      icon={<IconPhotoOff size={26} stroke={1.5} />}
      action={<Button look="primary" onClick={onBack}>Back to Playground</Button>}
    >
      It may have been deleted, or it belongs to somebody else.
    </EmptyState>
  )
}
