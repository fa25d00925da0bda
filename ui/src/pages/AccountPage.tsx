// Settings › Account: who one is here, the theme, and the way out.
import { SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useMe, useSignOut } from '@/api/who'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { Section } from '@/design/Section'
import { roleLabel } from '@/lib/roles'

export function AccountPage() {
  const me = useMe()
  const navigate = useNavigate()
  const signOut = useSignOut()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const leave = () => signOut.mutate(undefined, { onSuccess: () => void navigate({ to: '/sign-in', search: {} }) })
  return (
    <>
      <Section title={me.member.name} says={`${me.member.email} · ${roleLabel(me.member.role)} in ${me.workspace.name}`} action={<Button pending={signOut.isPending} onClick={leave}>Sign out</Button>}>
        <ProblemNotice problem={signOut.error} />
      </Section>
      <Section title="Theme" says="Remembered in this browser.">
        <SegmentedControl
          size="sm"
          aria-label="Theme"
          value={colorScheme}
          onChange={(scheme) => setColorScheme(scheme as typeof colorScheme)}
          data={[
            { value: 'auto', label: 'As the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
      </Section>
    </>
  )
}
