// What narrows the task list: text, status, project, step, batch. It all lives in the URL.
import { IconChevronDown, IconSearch, IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { isArchived } from '@/api/projects'
import type { Project } from '@/api/types'
import { Button } from '@/design/Button'
import { Chip } from '@/design/Chip'
import { Kbd } from '@/design/Kbd'
import { Menu, MenuItem, MenuLabel } from '@/design/Menu'
import { StatusBadge } from '@/design/StatusBadge'
import css from '@/features/tasks/tasks.module.css'
import { useHotkeys } from '@/lib/hotkeys'
import { words } from '@/lib/format'
import { STATUSES, type TaskSearch, isFiltered } from '@/lib/task-search'

interface TaskFiltersProps {
  search: TaskSearch
  projects: Project[]
  onChange: (change: Partial<TaskSearch>) => void
  /** What the filters leave out and how much is left, in words. */
  summary: ReactNode
}

const toggled = <Item extends string>(list: Item[] | undefined, item: Item): Item[] | undefined => {
  const next = list?.includes(item) ? list.filter((each) => each !== item) : [...(list ?? []), item]
  return next.length > 0 ? next : undefined
}

export function TaskFilters({ search, projects, onChange, summary }: TaskFiltersProps) {
  const chosen = projects.filter((project) => !search.project || search.project.includes(project.id))
  const steps = [...new Set(chosen.flatMap((project) => project.steps.map((step) => step.id)))]
  const nameOf = (id: string) => projects.find((project) => project.id === id)?.name ?? id
  const putAway = new Set(projects.filter(isArchived).map((project) => project.id))
  const drawProject = (id: string) => (putAway.has(id) ? <>{nameOf(id)} <span className="meta">archived</span></> : nameOf(id))
  return (
    <div className={css['filters']} role="search" aria-label="Filter tasks">
      <TextField label="Search id, external id or input" value={search.q} onChange={(q) => onChange({ q })} keys="/" icon={<IconSearch size={14} />} wide />
      <Choice title="Status" items={STATUSES} chosen={search.status} draw={(status) => <StatusBadge state={status} />} onPick={(status) => onChange({ status: toggled(search.status, status) })} />
      <Choice title="Project" items={projects.map((project) => project.id)} chosen={search.project} draw={drawProject} onPick={(id) => onChange({ project: toggled(search.project, id) })} />
      {steps.length > 0 && <Choice title="Step" items={steps} kind="radio" chosen={search.step ? [search.step] : undefined} draw={(step) => step} onPick={(step) => onChange({ step: search.step === step ? undefined : step })} />}
      <TextField label="Batch" value={search.batch} onChange={(batch) => onChange({ batch })} />
      {search.status?.map((status) => <Chip key={status} label="Status" value={words(status)} onRemove={() => onChange({ status: toggled(search.status, status) })} />)}
      {search.project?.map((id) => <Chip key={id} label="Project" value={nameOf(id)} onRemove={() => onChange({ project: toggled(search.project, id) })} />)}
      {search.step && <Chip label="Step" value={search.step} onRemove={() => onChange({ step: undefined })} />}
      {search.batch && <Chip label="Batch" value={search.batch} onRemove={() => onChange({ batch: undefined })} />}
      {search.q && <Chip label="Text" value={search.q} onRemove={() => onChange({ q: undefined })} />}
      <span className={css['summary']} aria-live="polite">{summary}</span>
      {isFiltered(search) && (
        <Button small look="quiet" onClick={() => onChange({ q: undefined, status: undefined, project: undefined, step: undefined, batch: undefined })}>
          Clear
        </Button>
      )}
    </div>
  )
}

interface ChoiceProps<Item extends string> {
  title: string
  items: readonly Item[]
  chosen: readonly Item[] | undefined
  draw: (item: Item) => ReactNode
  onPick: (item: Item) => void
  kind?: 'check' | 'radio'
}

function Choice<Item extends string>({ title, items, chosen, draw, onPick, kind = 'check' }: ChoiceProps<Item>) {
  return (
    <Menu
      label={title}
      width={208}
      trigger={(props) => (
        <Button {...props} small aria-label={`Filter by ${title.toLowerCase()}`}>
          {title} <IconChevronDown size={12} aria-hidden />
        </Button>
      )}
    >
      {items.map((item) => (
        <MenuItem key={item} kind={kind} checked={chosen?.includes(item)} onSelect={() => onPick(item)}>
          {draw(item)}
        </MenuItem>
      ))}
      {items.length === 0 && <MenuLabel>There are none yet</MenuLabel>}
    </Menu>
  )
}

interface TextFieldProps {
  label: string
  value: string | undefined
  onChange: (value: string | undefined) => void
  keys?: string
  icon?: ReactNode
  wide?: boolean
}

const TYPING_MS = 160

/** Applies shortly after the last key; follows the URL when that changes by other hands. */
function TextField({ label, value, onChange, keys, icon, wide }: TextFieldProps) {
  const [typed, setTyped] = useState({ under: value, text: value ?? '' })
  const text = typed.under === value ? typed.text : (value ?? '')
  const field = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useHotkeys(keys ? [{ keys, says: 'Search', group: 'List', run: () => field.current?.select() }] : [])

  const apply = (next: string) => {
    const wanted = next.trim() || undefined
    setTyped({ under: wanted, text: next })
    onChange(wanted)
  }
  const type = (next: string) => {
    setTyped({ under: value, text: next })
    clearTimeout(timer.current)
    timer.current = setTimeout(() => apply(next), TYPING_MS)
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') {
      clearTimeout(timer.current)
      apply(text)
    }
    if (event.key === 'Escape') field.current?.blur()
  }
  return (
    <label className={`${css['field']} ${wide ? css['wide'] : ''}`}>
      {icon}
      <input ref={field} value={text} placeholder={wide ? 'Search' : label} aria-label={label} onChange={(event) => type(event.target.value)} onKeyDown={onKeyDown} />
      {text ? (
        <button type="button" aria-label={`Clear ${label.toLowerCase()}`} onClick={() => apply('')}>
          <IconX size={12} />
        </button>
      ) : (
        keys && <Kbd keys={keys} />
      )}
    </label>
  )
}
