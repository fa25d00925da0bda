// Which columns the list shows, and how many rows it fetches at once.
import { IconColumns } from '@tabler/icons-react'
import { Button } from '@/design/Button'
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/design/Menu'
import { type TaskColumn, usualColumns } from '@/features/tasks/columns'
import css from '@/features/tasks/tasks.module.css'
import { PAGE_SIZES, SIZE_KEY, USUAL_SIZE, type PageSize, knownSize } from '@/lib/page-size'
import { useRemembered } from '@/lib/remember'

interface ColumnMenuProps {
  columns: TaskColumn[]
  chosen: string[] | undefined
  onChoose: (chosen: string[] | undefined) => void
}

export function ColumnMenu({ columns, chosen, onChoose }: ColumnMenuProps) {
  const [size, setSize] = useRemembered<PageSize>(SIZE_KEY, USUAL_SIZE)
  const on = new Set(chosen ?? usualColumns(columns))
  const toggle = (id: string) => {
    const next = columns.filter((column) => on.has(column.id) !== (column.id === id)).map((column) => column.id)
    onChoose(next)
  }
  return (
    <Menu
      label="Columns"
      align="end"
      width={192}
      hotkey="c"
      trigger={(given) => (
        <Button {...given} small icon={<IconColumns size={14} />} aria-label="Columns" className={css['columnsButton']}>
          <span className={css['wideOnly']}>Columns</span>
        </Button>
      )}
    >
      {columns.map((column) => (
        <MenuItem key={column.id} kind="check" checked={on.has(column.id)} disabledReason={on.size === 1 && on.has(column.id) ? 'One column has to stay' : null} onSelect={() => toggle(column.id)}>
          {column.head}
        </MenuItem>
      ))}
      <MenuItem disabledReason={chosen ? null : 'They are the usual ones'} onSelect={() => onChoose(undefined)}>Usual columns</MenuItem>
      <MenuLine />
      <MenuLabel>Rows fetched at once</MenuLabel>
      {PAGE_SIZES.map((each) => (
        <MenuItem key={each} kind="radio" checked={knownSize(size) === Number(each)} onSelect={() => setSize(each)}>{each}</MenuItem>
      ))}
    </Menu>
  )
}
