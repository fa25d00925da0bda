// The tasks at the left and one thing beside them.
import type { ReactNode } from 'react'
import css from '@/features/playground/PlaygroundFrame.module.css'

export const PlaygroundFrame = ({ strip, children }: { strip: ReactNode; children: ReactNode }) => (
  <div className={css['frame']}>
    {strip}
    <div className={css['rest']}>{children}</div>
  </div>
)
