// The order of the list: any column, and with one project chosen, any field of its input.
import { IconArrowDown, IconArrowUp, IconArrowsSort } from '@tabler/icons-react'
import { Button } from '@/design/Button'
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/design/Menu'
import { nextOrder } from '@/design/table-columns'
import type { TaskColumn } from '@/features/tasks/columns'
import css from '@/features/tasks/tasks.module.css'
import { INPUT, USUAL_ORDER } from '@/lib/task-search'

interface SortMenuProps {
  sort: string | undefined
  columns: TaskColumn[]
  /** Of the one project that is chosen. */
  fields: string[]
  onSort: (sort: string | undefined) => void
}

export function SortMenu({ sort = USUAL_ORDER, columns, fields, onSort }: SortMenuProps) {
  const name = sort.replace(/^-/, '')
  const field = name.startsWith(INPUT) ? name.slice(INPUT.length) : undefined
  const Way = sort.startsWith('-') ? IconArrowDown : IconArrowUp
  const item = (by: string, head: string, first?: 'up' | 'down') => {
    const isOn = name === by
    return (
      <MenuItem key={by} kind="check" checked={isOn} end={isOn && <><span className="sr-only">{sort.startsWith('-') ? 'descending' : 'ascending'}</span><Way size={13} aria-hidden /></>} onSelect={() => onSort(nextOrder({ sort: by, first }, sort))}>
        {head}
      </MenuItem>
    )
  }
  return (
    <Menu
      label="Sort"
      align="end"
      width={208}
      trigger={(given) => (
        <Button {...given} small icon={<IconArrowsSort size={14} />} aria-label="Sort">
          <span className={css['wideOnly']}>{field ?? 'Sort'}</span>
        </Button>
      )}
    >
      {columns.filter((column) => column.sort).map((column) => item(String(column.sort), column.head, column.first))}
      <MenuLine />
      {fields.length > 0 ? <MenuLabel>By a field of the input</MenuLabel> : <MenuLabel>Choose one project to sort by its input</MenuLabel>}
      {fields.map((each) => item(INPUT + each, each, 'up'))}
    </Menu>
  )
}
