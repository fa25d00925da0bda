// `?`: the keys that work here and now, from the pages that declared them.
import { Dialog } from '@/design/Dialog'
import { Kbd } from '@/design/Kbd'
import { type Hotkey, useListedHotkeys } from '@/lib/hotkeys'
import css from '@/design/KeyMap.module.css'

export function KeyMap({ open, onClose }: { open: boolean; onClose: () => void }) {
  const keys = useListedHotkeys()
  const groups = new Map<string, Hotkey[]>()
  const seen = new Set<string>()
  for (const key of keys) {
    if (key.disabled) continue
    const group = key.group ?? 'This page'
    if (seen.has(`${group} ${key.says}`)) continue
    seen.add(`${group} ${key.says}`)
    groups.set(group, [...(groups.get(group) ?? []), key])
  }
  const ordered = [...groups].sort(([a], [b]) => Number(a === 'Everywhere') - Number(b === 'Everywhere'))
  return (
    <Dialog open={open} onClose={onClose} title="Keys" size={640}>
      <div className={css['groups']}>
        {ordered.map(([group, list]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {list.map((key) => (
                <div key={key.keys}>
                  <dt>{key.says}</dt>
                  <dd>
                    <Kbd keys={key.keys} />
                    <span className="sr-only">{key.keys}</span>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
