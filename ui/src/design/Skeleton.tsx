// Grey bars of the size of what is coming; quiet for screen readers.
import type { CSSProperties } from 'react'
import css from '@/design/Skeleton.module.css'

export function Skeleton({ width = '100%', height = 10, radius }: { width?: CSSProperties['width']; height?: CSSProperties['height']; radius?: number }) {
  return <span className={css['bar']} style={{ width, height, borderRadius: radius }} aria-hidden />
}
