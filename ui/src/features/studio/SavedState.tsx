// In the header of a flow: how many things are wrong, and whether what is seen is what is saved.
import { IconAlertCircle, IconCircleCheck } from '@tabler/icons-react'
import type { Project } from '@/api/types'
import { Button } from '@/design/Button'
import { PublishedVersion } from '@/features/studio/project-columns'
import css from '@/features/studio/Workplace.module.css'
import type { Draft } from '@/features/studio/use-draft'
import { counted } from '@/lib/format'

export function SavedState({ project, draft, onNext }: { project: Project; draft: Draft; onNext: () => void }) {
  const count = draft.problems.length
  return (
    <div className={css['saved']}>
      <span aria-live="polite">
        {count > 0 ? (
          <Button small look="quiet" className={css['count']} icon={<IconAlertCircle size={14} />} keys="f8" onClick={onNext}>
            {counted(count, 'problem')}
          </Button>
        ) : (
          <span className={css['fine']}>
            <IconCircleCheck size={14} aria-hidden /> No problems
          </span>
        )}
      </span>
      <span className={css['savedword']}>{draft.saving ? 'Saving' : draft.dirty ? 'Not saved' : 'Saved'}</span>
      <span className={css['desk']}>
        <PublishedVersion project={project} />
      </span>
    </div>
  )
}
