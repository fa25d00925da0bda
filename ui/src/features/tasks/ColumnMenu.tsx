// Which columns the list shows in which order, and how many rows it fetches at once.
import { IconColumns } from '@tabler/icons-react'
import { Button } from '@/design/Button'
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/design/Menu'
import { ColumnOrder } from '@/features/tasks/ColumnOrder'
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
  const shown = chosen?.filter((id) => columns.some((column) => column.id === id)) ?? []
  return (
    <Menu
      label="Columns"
      align="end"
      width={224}
      hotkey="c"
      trigger={(given) => (
        <Button {...given} small icon={<IconColumns size={14} />} aria-label="Columns" className={css['columnsButton']}>
          <span className={css['wideOnly']}>Columns</span>
        </Button>
      )}
    >
      <ColumnOrder columns={columns} shown={shown.length > 0 ? shown : usualColumns(columns)} onChoose={onChoose} />
      <MenuLine />
      <MenuItem disabledReason={chosen ? null : 'They are the usual ones'} onSelect={() => onChoose(undefined)}>Usual columns</MenuItem>
      <MenuLine />
      <MenuLabel>Rows fetched at once</MenuLabel>
      {PAGE_SIZES.map((each) => (
        <MenuItem key={each} kind="radio" checked={knownSize(size) === Number(each)} onSelect={() => setSize(each)}>{each}</MenuItem>
      ))}
    </Menu>
  )
}
