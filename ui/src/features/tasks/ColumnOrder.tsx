// The columns in their order: each is switched on and off, and moved by its grip, or with Alt and an arrow key.
import { IconGripVertical } from '@tabler/icons-react'
import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useRef, useState } from 'react'
import { MenuItem } from '@/design/Menu'
import css from '@/features/tasks/ColumnOrder.module.css'
import type { TaskColumn } from '@/features/tasks/columns'
import { isField } from '@/lib/columns'
import { moved, placed } from '@/lib/moved'

interface ColumnOrderProps {
  columns: TaskColumn[]
  /** Those that are on, in their order. */
  shown: string[]
  onChoose: (shown: string[]) => void
}

const STEPS: Partial<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 }

export function ColumnOrder({ columns, shown, onChoose }: ColumnOrderProps) {
  const list = useRef<HTMLDivElement>(null)
  const focus = useRef<string>(null)
  const [said, setSaid] = useState('')
  const [drag, setDrag] = useState<{ id: string; to: number } | null>(null)
  const order = placed(columns.map(({ id }) => id), shown)
  const headOf = (id: string) => columns.find((column) => column.id === id)?.head ?? id
  const items = () => [...(list.current?.querySelectorAll<HTMLElement>('[data-value]') ?? [])]
  useLayoutEffect(() => {
    // What moves in the page loses the focus.
    if (focus.current) items().find(({ dataset }) => dataset['value'] === focus.current)?.focus()
    focus.current = null
  }, [shown])

  const isOn = (id: string) => shown.includes(id)
  const toggle = (id: string) => onChoose(order.filter((each) => isOn(each) !== (each === id)))
  const put = (id: string, next: string[]) => {
    focus.current = id
    onChoose(next)
    setSaid(`${headOf(id)}, ${next.indexOf(id) + 1} of ${next.length}`)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.altKey && STEPS[event.key]
    if (!step) return
    event.preventDefault()
    event.stopPropagation()
    const id = (event.target as HTMLElement).dataset['value'] ?? ''
    const [from, to] = [shown.indexOf(id), shown.indexOf(id) + step]
    if (from >= 0 && to >= 0 && to < shown.length) put(id, moved(shown, from, to))
  }
  const follow = (event: PointerEvent, id: string) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const under = items().findIndex((item) => event.clientY < item.getBoundingClientRect().bottom)
    setDrag({ id, to: under === -1 ? order.length - 1 : under })
  }
  const drop = () => {
    if (drag) put(drag.id, moved(order, order.indexOf(drag.id), drag.to).filter(isOn))
    setDrag(null)
  }
  const place = (id: string) => (drag?.to !== order.indexOf(id) || drag.id === id ? undefined : order.indexOf(drag.id) < drag.to ? 'after' : 'before')
  return (
    <div ref={list} onKeyDown={onKeyDown}>
      {order.map((id) => (
        <div key={id} className={css['place']} data-drop={place(id)} data-dragged={drag?.id === id || undefined}>
          <MenuItem
            kind="check"
            value={id}
            keys={isOn(id) ? 'Alt+ArrowUp Alt+ArrowDown' : undefined}
            checked={isOn(id)}
            end={isField(id) && 'input'}
            icon={
              isOn(id) && (
                <span
                  className={css['grip']}
                  title="Drag, or Alt with an arrow key"
                  onClick={(event) => event.stopPropagation()}
                  onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
                  onPointerMove={(event) => follow(event, id)}
                  onPointerUp={drop}
                  onPointerCancel={() => setDrag(null)}
                >
                  <IconGripVertical size={14} aria-hidden />
                </span>
              )
            }
            disabledReason={shown.length === 1 && isOn(id) ? 'One column has to stay' : null}
            onSelect={() => toggle(id)}
          >
            {headOf(id)}
          </MenuItem>
        </div>
      ))}
      <span className="sr-only" aria-live="polite">{said}</span>
    </div>
  )
}
