// The quiet page before the yard: a mark, a sentence, a form.
import { type ReactNode, useEffect } from 'react'
import css from '@/features/who/who.module.css'

export function Entrance({ title, says, children }: { title: string; says?: ReactNode; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Taskyard`
  }, [title])
  return (
    <main className={css['entrance']}>
      <div className={css['column']}>
        <img src="/icon.svg" alt="" width={32} height={32} />
        <h1>{title}</h1>
        {says && <p className={css['says']}>{says}</p>}
        {children}
      </div>
    </main>
  )
}
