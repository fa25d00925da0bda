// Keys as they are printed on a keyboard: ⌘ K on a Mac, Ctrl K elsewhere.
import { keySigns } from '@/lib/hotkeys'
import css from '@/design/Kbd.module.css'

export function Kbd({ keys, on = 'page' }: { keys: string; on?: 'page' | 'accent' | 'tooltip' }) {
  return (
    <span className={[css['keys'], css[on]].filter(Boolean).join(' ')} aria-hidden>
      {keySigns(keys).map((sign, at) => (
        <kbd key={at}>{sign}</kbd>
      ))}
    </span>
  )
}
