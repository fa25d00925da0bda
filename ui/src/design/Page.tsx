// The frame of a page: a 44 px bar with where we are and what may be done, then the content with its own scroll.
import { type ReactNode, createContext, useContext, useEffect } from 'react'
import css from '@/design/Page.module.css'

/** What the shell puts into every bar: the menu button of a phone, search, help. */
export const FrameSlots = createContext<{ start: ReactNode; end: ReactNode }>({ start: null, end: null })

interface PageProps {
  /** The trail, last the page itself; earlier ones are links. */
  trail: ReactNode[]
  /** The document's title; the text of the page when the trail is not text. */
  title: string
  actions?: ReactNode
  /** Filters, tabs or notices directly under the bar; they do not scroll. */
  below?: ReactNode
  /** A panel beside the content, as a preview. */
  side?: ReactNode
  /** Under the content, never over it: a selection bar, totals. */
  foot?: ReactNode
  /** "plain" leaves scroll and padding to the content; "read" is a measured column for forms and text. */
  body?: 'plain' | 'padded' | 'read'
  children: ReactNode
}

export function Page({ trail, title, actions, below, side, foot, body = 'padded', children }: PageProps) {
  const slots = useContext(FrameSlots)
  useEffect(() => {
    document.title = `${title} · Taskyard`
  }, [title])
  return (
    <div className={css['page']}>
      <header className={css['bar']}>
        {slots.start}
        <nav aria-label="Where you are" className={css['trail']}>
          <ol>
            {trail.map((step, at) => (
              <li key={at} aria-current={at === trail.length - 1 ? 'page' : undefined}>
                {step}
              </li>
            ))}
          </ol>
        </nav>
        <div className={css['actions']}>{actions}</div>
        {slots.end}
      </header>
      {below}
      <div className={css['middle']}>
        <main id="main" className={`${css['content']} ${css[body]}`} tabIndex={-1}>
          {body === 'read' ? <div className={css['measure']}>{children}</div> : children}
        </main>
        {side}
      </div>
      {foot}
    </div>
  )
}
