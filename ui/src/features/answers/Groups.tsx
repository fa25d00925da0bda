// Fields that hold fields: an object, and a list whose entries can be added, moved and taken away.
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react'
import { Button, IconButton } from '@/design/Button'
import { Field, type InputProps } from '@/features/answers/Field'
import css from '@/features/answers/Form.module.css'
import { useForm } from '@/features/answers/form-context'
import { newValue, resolved, titleOf } from '@/features/answers/schema'
import { placeOf } from '@/lib/at-path'

export function ObjectField({ schema, path, value }: Pick<InputProps, 'schema' | 'path' | 'value'>) {
  const fields = value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
  const required = new Set(schema.required ?? [])
  return (
    <div className={path.length > 0 ? css['inner'] : css['fields']}>
      {Object.entries(schema.properties ?? {}).map(([name, field]) => (
        <Field key={name} name={name} schema={field} path={[...path, name]} value={fields[name]} isRequired={required.has(name)} />
      ))}
    </div>
  )
}

export function ListField({ id, schema, path, value, title }: InputProps) {
  const { root, set } = useForm()
  const items = Array.isArray(value) ? (value as unknown[]) : []
  const item = resolved(schema.items, root)
  const one = titleOf(title.replace(/s$/, ''), item)
  const most = schema['maxItems']
  const isFull = typeof most === 'number' && items.length >= most
  const put = (next: unknown[]) => set(path, next)
  const add = () => {
    put([...items, newValue(item, root) ?? null])
    const place = placeOf([...path, items.length])
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-place="${CSS.escape(place)}"] :is(input, textarea, select, [role=radio])`)?.focus())
  }
  const swapped = (at: number, to: number) => put(items.with(at, items[to]).with(to, items[at]))
  return (
    <div className={css['inner']} id={id} tabIndex={-1}>
      {items.map((entry, at) => (
        <Field
          // Entries have no name of their own; their fields keep no state that a move could confuse.
          key={at}
          name={one}
          title={`${one} ${at + 1}`}
          schema={item}
          path={[...path, at]}
          value={entry}
          isRequired
          actions={
            <span className={css['moves']}>
              <IconButton small label={`Move ${one.toLowerCase()} ${at + 1} up`} disabledReason={at === 0 ? 'It is the first.' : null} onClick={() => swapped(at, at - 1)}><IconArrowUp size={14} /></IconButton>
              <IconButton small label={`Move ${one.toLowerCase()} ${at + 1} down`} disabledReason={at === items.length - 1 ? 'It is the last.' : null} onClick={() => swapped(at, at + 1)}><IconArrowDown size={14} /></IconButton>
              <IconButton small label={`Take away ${one.toLowerCase()} ${at + 1}`} onClick={() => put(items.toSpliced(at, 1))}><IconTrash size={14} /></IconButton>
            </span>
          }
        />
      ))}
      <div>
        <Button small icon={<IconPlus size={14} />} disabledReason={isFull ? `There are at most ${String(most)}.` : null} onClick={add}>
          Add {one.toLowerCase()}
        </Button>
      </div>
    </div>
  )
}
