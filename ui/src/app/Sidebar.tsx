// The left column: where one can go, and who one is.
import { useMantineColorScheme } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { IconDeviceDesktop, IconLogout, IconMoon, IconSelector, IconSun, IconUser } from '@tabler/icons-react'
import { entriesFor } from '@/app/nav'
import css from '@/app/Shell.module.css'
import { useMe, useSignOut, useSwitchWorkspace } from '@/api/who'
import { router } from '@/app/router'
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/design/Menu'

export function Sidebar({ open, onClose }: { open: boolean; onClose: () => void }) {
  const me = useMe()
  return (
    <>
      {open && <div className={css['scrim']} onClick={onClose} />}
      <nav className={`${css['side']} ${open ? css['open'] : ''}`} aria-label="Main">
        <Link to="/" className={css['brand']}>
          <Mark /> Taskyard
        </Link>
        <ul className={css['entries']}>
          {entriesFor(me.permissions).map((entry) => (
            <li key={entry.to}>
              <Link
                to={entry.to}
                className={`${css['entry']} ${entry.under ? css['under'] : ''}`}
                activeProps={{ 'aria-current': 'page' }}
                activeOptions={{ includeSearch: false, exact: false }}
                onClick={onClose}
              >
                {!entry.under && entry.icon}
                {entry.title}
              </Link>
            </li>
          ))}
        </ul>
        <Person />
      </nav>
    </>
  )
}

// The page is loaded anew: the live line, the rows on it and what its parts remember are the other workspace's.
const beginAnew = () => location.assign('/')

const Mark = () => (
  <svg width="18" height="18" viewBox="0 0 32 32" aria-hidden>
    <rect width="32" height="32" rx="7" fill="var(--accent)" />
    <g fill="none" stroke="#fff" strokeWidth="2.8" strokeLinecap="round" strokeLinejoin="round">
      <path d="M8 10h16M8 16h10M8 22h6" />
      <path d="m19.5 21.5 2.4 2.4 4.1-4.8" />
    </g>
  </svg>
)

function Person() {
  const me = useMe()
  const signOut = useSignOut()
  const change = useSwitchWorkspace()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const leave = () => signOut.mutate(undefined, { onSuccess: () => void router.navigate({ to: '/sign-in', search: {} }) })
  const schemes = [
    { value: 'auto', title: 'As the system', icon: <IconDeviceDesktop size={15} /> },
    { value: 'light', title: 'Light', icon: <IconSun size={15} /> },
    { value: 'dark', title: 'Dark', icon: <IconMoon size={15} /> },
  ] as const
  return (
    <Menu
      label="Account"
      side="above"
      width={216}
      trigger={(props) => (
        <button {...props} type="button" className={css['person']} aria-label={`${me.member.name}, ${me.workspace.name}: account menu`}>
          <span className={css['initial']} aria-hidden>
            {me.member.name.slice(0, 1).toUpperCase()}
          </span>
          <span className={css['names']}>
            <span className="truncate">{me.member.name}</span>
            <span className="truncate">{me.workspace.name}</span>
          </span>
          <IconSelector size={14} aria-hidden />
        </button>
      )}
    >
      <MenuLabel>Theme</MenuLabel>
      {schemes.map((scheme) => (
        <MenuItem key={scheme.value} kind="radio" icon={scheme.icon} checked={colorScheme === scheme.value} onSelect={() => setColorScheme(scheme.value)}>
          {scheme.title}
        </MenuItem>
      ))}
      {me.workspaces.length > 1 && (
        <>
          <MenuLine />
          <MenuLabel>Workspace</MenuLabel>
          {me.workspaces.map((workspace) => (
            <MenuItem key={workspace.id} kind="radio" checked={workspace.id === me.workspace.id} onSelect={() => change.mutate(workspace.id, { onSuccess: beginAnew })}>
              {workspace.name}
            </MenuItem>
          ))}
        </>
      )}
      <MenuLine />
      <MenuItem icon={<IconUser size={15} />} onSelect={() => void router.navigate({ to: '/settings/account' })}>
        Account
      </MenuItem>
      <MenuItem icon={<IconLogout size={15} />} onSelect={leave}>
        Sign out
      </MenuItem>
      <MenuLabel>Taskyard {me.version}</MenuLabel>
    </Menu>
  )
}
