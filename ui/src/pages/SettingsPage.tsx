// Settings: a row of places above the chosen one.
import { Link, Outlet } from '@tanstack/react-router'
import { Suspense } from 'react'
import { useMe } from '@/api/who'
import { Page } from '@/design/Page'
import css from '@/pages/settings.module.css'

const PLACES = [
  { to: '/settings/members', title: 'Members', needs: 'members.read' },
  { to: '/settings/keys', title: 'Keys', needs: 'keys.write' },
  { to: '/settings/account', title: 'Account', needs: null },
] as const

export function SettingsPage() {
  const { permissions } = useMe()
  return (
    <Page
      title="Settings"
      trail={['Settings']}
      body="read"
      below={
        <nav className={css['places']} aria-label="Settings">
          {PLACES.filter((place) => place.needs === null || permissions.includes(place.needs)).map((place) => (
            <Link key={place.to} to={place.to} activeProps={{ 'aria-current': 'page' }}>
              {place.title}
            </Link>
          ))}
        </nav>
      }
    >
      <Suspense>
        <Outlet />
      </Suspense>
    </Page>
  )
}
