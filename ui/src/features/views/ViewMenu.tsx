// Saved views of the list: which one is shown, whether it was changed since, and what may be done with it.
import { useQuery } from '@tanstack/react-query'
import { IconBookmark, IconUsers } from '@tabler/icons-react'
import { Suspense, lazy, useState } from 'react'
import type { View } from '@/api/types'
import { useChangeView, viewsQuery } from '@/api/views'
import { Button } from '@/design/Button'
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/design/Menu'
import { ProblemNotice } from '@/design/Notice'
import type { ViewTask } from '@/features/views/ViewDialog'
import css from '@/features/views/views.module.css'
import { type TaskSearch, isSameView, readTaskSearch, viewOf } from '@/lib/task-search'

const ViewDialog = lazy(() => import('@/features/views/ViewDialog').then((room) => ({ default: room.ViewDialog })))

interface ViewMenuProps {
  search: TaskSearch
  /** The columns as they are shown, when they were chosen. */
  columns: string[] | undefined
  isLead: boolean
  /** The address becomes this. */
  onShow: (search: TaskSearch) => void
}

export const searchOf = (view: View): TaskSearch => ({ ...readTaskSearch(view.query), peek: undefined, bulk: undefined, view: view.id })

export function ViewMenu({ search, columns, isLead, onShow }: ViewMenuProps) {
  const views = useQuery({ ...viewsQuery, enabled: search.view !== undefined })
  const [asked, setAsked] = useState<ViewTask | null>(null)
  const change = useChangeView()
  const shown = views.data?.items.find((view) => view.id === search.view)
  const isChanged = shown !== undefined && !isSameView(search, searchOf(shown))
  const query = viewOf(search, columns)
  const save = () => shown && change.mutate({ id: shown.id, query }, { onSuccess: (saved) => onShow(searchOf(saved)) })
  return (
    <>
      <Menu
        label="Views"
        width={232}
        hotkey="v"
        trigger={(given) => (
          <Button {...given} small icon={<IconBookmark size={14} />} className={css['button']} aria-label={shown ? `Views: ${shown.name}${isChanged ? ', changed' : ''}` : 'Views'}>
            <span className={shown ? css['name'] : css['word']}>{shown?.name ?? 'Views'}</span>
            {isChanged && <span className="meta">changed</span>}
          </Button>
        )}
      >
        <Listed shown={shown} isLost={search.view !== undefined && views.isSuccess && !shown} onShow={(view) => onShow(searchOf(view))} />
        <MenuLine />
        {shown && isChanged && <MenuItem disabledReason={shown.may_change ? null : `It is ${shown.by.name}’s; save it as your own`} onSelect={save}>Save changes</MenuItem>}
        {shown && isChanged && <MenuItem onSelect={() => onShow(searchOf(shown))}>Reset to the view</MenuItem>}
        <MenuItem onSelect={() => setAsked({ does: 'save', query })}>{shown ? 'Save as…' : 'Save this view…'}</MenuItem>
        {shown?.may_change && <Changes view={shown} isLead={isLead} onAsk={setAsked} onShare={(shared) => change.mutate({ id: shown.id, shared })} />}
        {search.view !== undefined && <MenuItem onSelect={() => onShow({})}>Leave the view</MenuItem>}
      </Menu>
      <ProblemNotice problem={change.error} />
      <Suspense>
        {asked && <ViewDialog task={asked} isLead={isLead} onClose={() => setAsked(null)} onSaved={(view) => onShow(searchOf(view))} onDeleted={() => onShow({ ...search, view: undefined })} />}
      </Suspense>
    </>
  )
}

function Listed({ shown, isLost, onShow }: { shown: View | undefined; isLost: boolean; onShow: (view: View) => void }) {
  const { data, error, isPending } = useQuery(viewsQuery)
  const mine = data?.items.filter((view) => view.mine) ?? []
  const others = data?.items.filter((view) => !view.mine) ?? []
  const item = (view: View) => (
    <MenuItem key={view.id} kind="radio" checked={view.id === shown?.id} end={view.shared && <span title={`Shared by ${view.by.name}`}><IconUsers size={13} aria-label="shared" /></span>} onSelect={() => onShow(view)}>
      {view.name}
    </MenuItem>
  )
  return (
    <>
      {isLost && <MenuLabel>The view of this address is not here any more</MenuLabel>}
      {error && <MenuLabel>The views could not be fetched</MenuLabel>}
      {isPending && <MenuLabel>Views</MenuLabel>}
      {data?.items.length === 0 && <MenuLabel>No view is saved yet</MenuLabel>}
      {mine.length > 0 && <MenuLabel>Mine</MenuLabel>}
      {mine.map(item)}
      {others.length > 0 && <MenuLabel>Shared</MenuLabel>}
      {others.map(item)}
    </>
  )
}

function Changes({ view, isLead, onAsk, onShare }: { view: View; isLead: boolean; onAsk: (task: ViewTask) => void; onShare: (shared: boolean) => void }) {
  return (
    <>
      <MenuItem onSelect={() => onAsk({ does: 'rename', view })}>Rename…</MenuItem>
      {isLead && <MenuItem onSelect={() => onShare(!view.shared)}>{view.shared ? 'Share no longer' : 'Share with everybody'}</MenuItem>}
      <MenuItem danger onSelect={() => onAsk({ does: 'delete', view })}>Delete…</MenuItem>
    </>
  )
}
