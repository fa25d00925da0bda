// The first picture of a task, small in the row and larger under the pointer.
import { IconFileText } from '@tabler/icons-react'
import { useState } from 'react'
import { createPortal } from 'react-dom'
import css from '@/features/tasks/tasks.module.css'

const LARGE = 260

export function Thumbnail({ url }: { url: string | null }) {
  const [at, setAt] = useState<{ x: number; y: number } | null>(null)
  if (!url) return <IconFileText size={16} className={css['noPicture']} aria-hidden />
  const place = (element: Element) => {
    const box = element.getBoundingClientRect()
    setAt({ x: box.right + 8, y: Math.max(8, Math.min(box.top - LARGE / 3, window.innerHeight - LARGE - 8)) })
  }
  return (
    <span className={css['thumbnail']} onPointerEnter={(event) => event.pointerType === 'mouse' && place(event.currentTarget)} onPointerLeave={() => setAt(null)}>
      <img src={url} alt="" width={24} height={24} loading="lazy" decoding="async" />
      {at && createPortal(<img src={url} alt="" className={css['large']} style={{ left: at.x, top: at.y }} />, document.body)}
    </span>
  )
}
