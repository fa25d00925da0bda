// A button that says why when it cannot: it stays reachable, and the reason is read and shown.
import { IconLoader2 } from '@tabler/icons-react'
import { type ComponentPropsWithRef, type ReactNode, useId } from 'react'
import { Kbd } from '@/design/Kbd'
import css from '@/design/Button.module.css'

type Look = 'plain' | 'primary' | 'quiet' | 'danger'

interface Common {
  look?: Look
  small?: boolean
  /** A sentence; null or undefined means the button works. */
  disabledReason?: string | null
  /** The work it started is under way: it shows so in place and cannot be pressed again. */
  pending?: boolean
  /** Shown beside the words, and in the tooltip of an IconButton. */
  keys?: string
}

export interface ButtonProps extends Common, Omit<ComponentPropsWithRef<'button'>, 'disabled'> {
  'data-tip'?: string
  icon?: ReactNode
}

const classes = (look: Look, small: boolean | undefined, ...more: (string | false | undefined)[]) =>
  [css['button'], look !== 'plain' && css[look], small && css['small'], ...more].filter(Boolean).join(' ')

export function Button({ look = 'plain', small, disabledReason, pending, keys, icon, children, className, onClick, type = 'button', ...rest }: ButtonProps) {
  const why = useId()
  const blocked = Boolean(disabledReason) || Boolean(pending)
  return (
    <button
      {...rest}
      type={blocked ? 'button' : type}
      className={classes(look, small, className)}
      data-tip={disabledReason ?? rest['data-tip']}
      aria-disabled={blocked || undefined}
      aria-busy={pending || undefined}
      aria-describedby={disabledReason ? why : rest['aria-describedby']}
      onClick={blocked ? (event) => event.preventDefault() : onClick}
    >
      {pending ? <IconLoader2 size={15} className={css['spin']} aria-hidden /> : icon}
      {children}
      {keys && <Kbd keys={keys} on={look === 'primary' && !blocked ? 'accent' : 'page'} />}
      {disabledReason && <span id={why} hidden>{disabledReason}</span>}
    </button>
  )
}

export interface IconButtonProps extends Common, Omit<ComponentPropsWithRef<'button'>, 'disabled' | 'children'> {
  /** The accessible name, and the tooltip. */
  label: string
  children: ReactNode
}

export function IconButton({ label, look = 'quiet', small, disabledReason, pending, keys, children, className, onClick, ...rest }: IconButtonProps) {
  const blocked = Boolean(disabledReason) || Boolean(pending)
  const says = disabledReason ? `${label}. ${disabledReason}` : label
  return (
    <button
      type="button"
      {...rest}
      className={classes(look, small, css['icon'], className)}
      data-tip={says}
      data-tip-keys={keys}
      aria-label={says}
      aria-disabled={blocked || undefined}
      aria-busy={pending || undefined}
      onClick={blocked ? (event) => event.preventDefault() : onClick}
    >
      {pending ? <IconLoader2 size={15} className={css['spin']} aria-hidden /> : children}
    </button>
  )
}
