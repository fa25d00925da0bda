// Every version that was published: who, when, its text, and what it changed.
import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Suspense, lazy, useState } from 'react'
import { versionsQuery } from '@/api/studio'
import { Button } from '@/design/Button'
import { EmptyState, ProblemNotice } from '@/design/Notice'
import { Skeleton } from '@/design/Skeleton'
import { Time } from '@/design/Time'
import { DiffView } from '@/features/studio/DiffView'
import list from '@/features/studio/ProjectList.module.css'
import css from '@/features/studio/Versions.module.css'

const CodeEditor = lazy(() => import('@/features/studio/CodeEditor'))

interface VersionsTabProps {
  project: string
  live: number | null
  shown: number | undefined
  onShow: (number: number) => void
  readOnly: string | null
  onRestore: (source: string) => void
}

export function VersionsTab({ project, live, shown, onShow, readOnly, onRestore }: VersionsTabProps) {
  const versions = useQuery(versionsQuery(project))
  const [way, setWay] = useState<'changes' | 'text'>('changes')
  const items = versions.data?.items ?? []
  const version = items.find((one) => one.number === shown) ?? items[0]
  const before = items.find((one) => version && one.number === version.number - 1)
  if (versions.error) return <ProblemNotice problem={versions.error} size="page" onRetry={() => void versions.refetch()} />
  if (versions.data && !version) return <EmptyState title="Nothing is published yet">Publishing makes version 1 of the flow. Tasks can be added from then on.</EmptyState>
  return (
    <div className={css['versions']}>
      <ol className={css['list']} aria-label="Versions">
        {versions.isPending && <li><Skeleton width={160} height={34} /></li>}
        {items.map((one) => (
          <li key={one.number}>
            <button type="button" aria-current={one.number === version?.number} onClick={() => onShow(one.number)}>
              <span className={css['name']}>
                Version {one.number} {one.number === live && <span className={list['mark']}>live</span>}
              </span>
              <span className="meta">
                <Time at={one.published_at} /> · {one.published_by.name}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {version && (
        <section className={css['text']} aria-label={`Version ${version.number}`}>
          <div className={css['bar']}>
            <SegmentedControl
              size="xs"
              value={way}
              onChange={(value) => setWay(value as typeof way)}
              data={[{ value: 'changes', label: before ? `Since version ${before.number}` : 'Changes' }, { value: 'text', label: 'Whole flow' }]}
            />
            <Button small disabledReason={readOnly} onClick={() => onRestore(version.source)}>
              Put into the draft
            </Button>
          </div>
          {way === 'changes' ? (
            <div className={css['diff']}>
              <DiffView before={before?.source ?? ''} after={version.source} label={`What version ${version.number} changed`} />
            </div>
          ) : (
            <Suspense fallback={<Skeleton height={240} />}>
              <CodeEditor key={version.number} label={`Flow of version ${version.number}`} value={version.source} readOnly="A published version stays as it is." />
            </Suspense>
          )}
        </section>
      )}
    </div>
  )
}
