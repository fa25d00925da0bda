// A menu of what the list may be narrowed to.
import { IconChevronDown } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Button } from '@/design/Button'
import { Menu, MenuItem, MenuLabel } from '@/design/Menu'

/** The list with the item in it, or without it when it was; nothing when none is left. */
export const toggled = <Item extends string>(list: Item[] | undefined, item: Item): Item[] | undefined => {
  const next = list?.includes(item) ? list.filter((each) => each !== item) : [...(list ?? []), item]
  return next.length > 0 ? next : undefined
}

interface ChoiceProps<Item extends string> {
  title: string
  items: readonly Item[]
  chosen: readonly Item[] | undefined
  draw: (item: Item) => ReactNode
  onPick: (item: Item) => void
  kind?: 'check' | 'radio'
}

export function Choice<Item extends string>({ title, items, chosen, draw, onPick, kind = 'check' }: ChoiceProps<Item>) {
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
