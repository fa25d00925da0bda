// Markdown as people wrote it, without any HTML of theirs: text, lists, links that open outside.
import { Suspense, lazy } from 'react'
import css from '@/design/Markdown.module.css'
import { Skeleton } from '@/design/Skeleton'

const Rendered = lazy(() => import('react-markdown'))

const parts = {
  a: ({ href, children }: { href?: string; children?: React.ReactNode }) => (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ),
  // Pictures of other hosts are refused by our policy; their words and address remain.
  img: ({ src, alt }: { src?: string | Blob; alt?: string }) =>
    typeof src === 'string' && src.startsWith('/api/') ? <img src={src} alt={alt ?? ''} /> : <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noopener noreferrer">{alt || 'picture'}</a>,
}

export function Markdown({ text }: { text: string }) {
  return (
    <div className={css['markdown']}>
      <Suspense fallback={<Skeleton height={80} />}>
        <Rendered skipHtml components={parts}>
          {text}
        </Rendered>
      </Suspense>
    </div>
  )
}
