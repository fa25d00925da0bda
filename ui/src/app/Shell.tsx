// The frame round every page: sidebar, search, help, and the keys that work everywhere.
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { IconMenu2, IconQuestionMark, IconSearch } from '@tabler/icons-react'
import { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { entriesFor } from '@/app/nav'
import css from '@/app/Shell.module.css'
import { Sidebar } from '@/app/Sidebar'
import { useMe } from '@/api/who'
import { IconButton } from '@/design/Button'
import { Kbd } from '@/design/Kbd'
import { FrameSlots } from '@/design/Page'
import { useHotkeys } from '@/lib/hotkeys'
import { catchTyped } from '@/lib/typed-ahead'

const Palette = lazy(() => import('@/app/Palette').then((room) => ({ default: room.Palette })))
const KeyMap = lazy(() => import('@/design/KeyMap').then((room) => ({ default: room.KeyMap })))

export function Shell() {
  const me = useMe()
  const navigate = useNavigate()
  const [finding, setFinding] = useState(false)
  const [asking, setAsking] = useState(false)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const [menuAt, setMenuAt] = useState<string | null>(null)
  const menu = menuAt === path
  const early = useRef<() => string>(() => '')
  const find = useCallback(() => {
    early.current()
    early.current = catchTyped(() => setFinding(false))
    setFinding(true)
  }, [])
  useEffect(() => (finding ? () => void early.current() : undefined), [finding])

  useHotkeys([
    { keys: 'mod+k', says: 'Search or jump', group: 'Everywhere', whileTyping: true, run: () => (finding ? setFinding(false) : find()) },
    { keys: '?', says: 'Show keys', group: 'Everywhere', run: () => setAsking(true) },
    ...entriesFor(me.permissions).map((entry) => ({
      keys: entry.keys,
      says: `Go to ${entry.title}`,
      group: 'Everywhere',
      run: () => void navigate({ to: entry.to }),
    })),
  ])

  const slots = useMemo(
    () => ({
      start: (
        <span className={css['menu']}>
          <IconButton label="Menu" onClick={() => setMenuAt(path)}>
            <IconMenu2 size={18} />
          </IconButton>
        </span>
      ),
      end: (
        <div className={css['end']}>
          <button type="button" className={css['search']} onClick={find} aria-label="Search or jump">
            <IconSearch size={14} aria-hidden />
            <span>Search or jump</span>
            <Kbd keys="mod+k" />
          </button>
          <IconButton label="Keys" keys="?" onClick={() => setAsking(true)}>
            <IconQuestionMark size={16} />
          </IconButton>
        </div>
      ),
    }),
    [path, find],
  )

  return (
    <FrameSlots value={slots}>
      <a href="#main" className={css['skip']}>
        Skip to the content
      </a>
      <div className={css['shell']}>
        <Sidebar open={menu} onClose={() => setMenuAt(null)} />
        <div className={css['page']}>
          <Suspense>
            <Outlet />
          </Suspense>
        </div>
      </div>
      <Suspense>
        {finding && <Palette open onClose={() => setFinding(false)} onHelp={() => setAsking(true)} takeEarly={() => early.current()} />}
        {asking && <KeyMap open onClose={() => setAsking(false)} />}
      </Suspense>
    </FrameSlots>
  )
}
