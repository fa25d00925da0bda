// What narrows and orders the task list: the few filters that are always there, the others behind a button, and what is on as chips.
import { IconAdjustmentsHorizontal, IconSearch } from '@tabler/icons-react'
import { type ReactNode, Suspense, lazy } from 'react'
import { isArchived } from '@/api/projects'
import type { Member, Project } from '@/api/types'
import { Button } from '@/design/Button'
import { Chip } from '@/design/Chip'
import { Popover } from '@/design/Popover'
import { Skeleton } from '@/design/Skeleton'
import { StatusBadge } from '@/design/StatusBadge'
import { Choice, toggled } from '@/features/tasks/Choice'
import { FilterField } from '@/features/tasks/FilterField'
import { chipsOf, chosenProjects, stepsOf } from '@/lib/chips'
import css from '@/features/tasks/tasks.module.css'
import { counted } from '@/lib/format'
import { STATUSES, type TaskSearch, isFiltered, withoutFilters } from '@/lib/task-search'

const MoreFilters = lazy(() => import('@/features/tasks/MoreFilters').then((room) => ({ default: room.MoreFilters })))

export interface Hidden {
  n: number
  isExact: boolean
}

interface TaskFiltersProps {
  search: TaskSearch
  projects: Project[] | undefined
  /** For leads; others are not told who works on what. */
  members: Member[] | undefined
  isLead: boolean
  onChange: (change: Partial<TaskSearch>) => void
  /** How many tasks there are, in words. */
  total: ReactNode
  hidden: Hidden | null
  /** What stands before the filters, as saved views. */
  start?: ReactNode
  /** What stands after them, as order and columns. */
  end?: ReactNode
}

const REDO = 'redo'
const STATUS_ITEMS = [...STATUSES, REDO] as const

export function TaskFilters({ search, projects: known, members, isLead, onChange, total, hidden, start, end }: TaskFiltersProps) {
  const projects = known ?? []
  const steps = stepsOf(chosenProjects(projects, search))
  const nameOf = (id: string) => projects.find((project) => project.id === id)?.name ?? id
  const putAway = new Set(projects.filter(isArchived).map((project) => project.id))
  const drawProject = (id: string) => (putAway.has(id) ? <>{nameOf(id)} <span className="meta">archived</span></> : nameOf(id))
  const chips = chipsOf(search, { projects: known, members })
  const pickStatus = (status: (typeof STATUS_ITEMS)[number]) => onChange(status === REDO ? { redo: search.redo ? undefined : true } : { status: toggled(search.status, status) })
  const statuses = [...(search.status ?? []), ...(search.redo ? [REDO] : [])]
  return (
    <div className={css['filters']} role="search" aria-label="Filter tasks">
      <div className={css['controls']}>
        {start}
        <FilterField label="Search id, external id or input" placeholder="Search" value={search.q} onChange={(q) => onChange({ q })} keys="/" icon={<IconSearch size={14} />} wide />
        <Choice title="Status" items={STATUS_ITEMS} chosen={statuses as typeof STATUS_ITEMS[number][]} draw={(status) => <StatusBadge state={status} />} onPick={pickStatus} />
        <Choice title="Project" items={projects.map((project) => project.id)} chosen={search.project} draw={drawProject} onPick={(id) => onChange({ project: toggled(search.project, id) })} />
        <Choice title="Step" items={steps} kind="radio" chosen={search.step ? [search.step] : undefined} draw={(step) => step} onPick={(step) => onChange({ step: search.step === step ? undefined : step })} />
        <Popover
          label="More filters"
          width={440}
          hotkey="f"
          trigger={(given) => (
            <Button {...given} small aria-label="More filters" icon={<IconAdjustmentsHorizontal size={14} />}>
              <span className={css['wideOnly']}>More filters</span>
            </Button>
          )}
        >
          <Suspense fallback={<div className={css['waiting']}><Skeleton height={320} /></div>}>
            <MoreFilters search={search} isLead={isLead} onChange={onChange} />
          </Suspense>
        </Popover>
        <span className={css['tail']}>
          <span className={css['total']} aria-live="polite">{total}</span>
          {end}
        </span>
      </div>
      {chips.length > 0 && (
        <div className={css['chips']}>
          {chips.map((chip) => <Chip key={`${chip.label} ${chip.value}`} label={chip.label} value={chip.value} note={chip.note} onRemove={() => onChange(chip.without)} />)}
          {isFiltered(search) && (
            <span className={css['hidden']}>
              {hidden && hidden.n > 0 && <span>{hiddenWords(hidden)}</span>}
              <Button small look="quiet" onClick={() => onChange(withoutFilters(search))}>Clear</Button>
            </span>
          )}
        </div>
      )}
    </div>
  )
}

/** "312 tasks are hidden by your filters"; no number where one of the totals stopped counting. */
export const hiddenWords = ({ n, isExact }: Hidden): string => (isExact ? `${counted(n, 'task')} ${n === 1 ? 'is' : 'are'} hidden by your filters` : 'More tasks are hidden by your filters')
