// The frame of a project being worked on: tabs, what is saved and what is wrong, saving and publishing.
import { Tabs } from '@mantine/core'
import { Link, useBlocker } from '@tanstack/react-router'
import { type ReactNode, Suspense, lazy, useRef, useState } from 'react'
import { isArchived } from '@/api/projects'
import type { Project } from '@/api/types'
import { Button } from '@/design/Button'
import { Confirm } from '@/design/Dialog'
import { ProblemNotice } from '@/design/Notice'
import { Page } from '@/design/Page'
import { Skeleton } from '@/design/Skeleton'
import { AboutTab } from '@/features/studio/AboutTab'
import type { EditorHandle } from '@/features/studio/CodeEditor'
import { InstructionsTab } from '@/features/studio/InstructionsTab'
import { PublishDialog } from '@/features/studio/PublishDialog'
import { SavedState } from '@/features/studio/SavedState'
import { StaleDialog, StaleFlowDialog } from '@/features/studio/StaleDialog'
import css from '@/features/studio/Workplace.module.css'
import { useDraft } from '@/features/studio/use-draft'
import { ABOUT, useTexts } from '@/features/studio/use-texts'
import { VersionsTab } from '@/features/studio/VersionsTab'
import { counted } from '@/lib/format'
import { useHotkeys } from '@/lib/hotkeys'

const FlowTab = lazy(() => import('@/features/studio/FlowTab'))

interface WorkplaceProps {
  project: Project
  /** The tag the project was read under. */
  etag: string | null
  trail: ReactNode[]
  tab: string
  onTab: (tab: string) => void
  version: number | undefined
  onVersion: (version: number) => void
  onGone: () => void
}

export function ProjectWorkplace({ project, etag, trail, tab, onTab, version, onVersion, onGone }: WorkplaceProps) {
  const draft = useDraft(project.id)
  const editor = useRef<EditorHandle>(null)
  const [publishing, setPublishing] = useState(false)
  const texts = useTexts(project, etag)
  const readOnly = project.can.edit ?? null
  const problems = draft.problems.length
  const whyNoSave =
    readOnly ?? (!draft.dirty ? 'Everything is saved.' : problems > 0 ? `${counted(problems, 'thing')} to mend first. A flow is saved when it can run.` : null)
  const whyNoPublish = project.can.publish ?? (draft.dirty ? 'Save the changes first.' : project.has_changes ? null : `Nothing has changed since version ${project.published_version ?? 0}.`)
  const save = () => {
    if (whyNoSave === null && !draft.saving) draft.save()
  }
  useHotkeys([{ keys: 'mod+s', says: 'Save the flow', group: 'Flow', whileTyping: true, disabled: tab !== 'flow', run: save }])
  const unsaved = [draft.dirty && 'flow', texts.isDirty('instructions') && 'instructions', texts.isDirty(...ABOUT) && 'about tab'].filter(Boolean)
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => unsaved.length > 0 && current.pathname !== next.pathname,
    enableBeforeUnload: () => unsaved.length > 0,
    withResolver: true,
  })

  const actions = (
    <>
      <span className={css['links']}>
        <Link to="/tasks" search={{ project: [project.id] }}>Tasks</Link>
        {!isArchived(project) && <Link to="/uploads" search={{ project: project.id }}>Upload</Link>}
      </span>
      {(tab === 'flow' || draft.dirty) && (
        <Button className={draft.dirty ? undefined : css['desk']} look={draft.dirty ? 'primary' : 'plain'} keys={tab === 'flow' ? 'mod+s' : undefined} disabledReason={whyNoSave} pending={draft.saving} onClick={save}>
          {tab === 'flow' ? 'Save' : 'Save flow'}
        </Button>
      )}
      <Button className={css['desk']} look={!draft.dirty && whyNoPublish === null ? 'primary' : 'plain'} disabledReason={whyNoPublish} onClick={() => setPublishing(true)}>
        Publish
      </Button>
    </>
  )
  const tabs = (
    <div className={css['tabbar']}>
      <Tabs value={tab} onChange={(next) => next && onTab(next)}>
        <Tabs.List>
          <Tabs.Tab value="flow">Flow</Tabs.Tab>
          <Tabs.Tab value="instructions">Instructions</Tabs.Tab>
          <Tabs.Tab value="versions">Versions</Tabs.Tab>
          <Tabs.Tab value="about">About</Tabs.Tab>
        </Tabs.List>
      </Tabs>
      <SavedState
        project={project}
        draft={draft}
        onNext={() => {
          if (tab !== 'flow') onTab('flow')
          editor.current?.nextProblem(1)
        }}
      />
    </div>
  )
  return (
    <Page trail={trail} title={project.name} body="plain" actions={actions} below={tabs}>
      <div className={css['refusal']}>
        <ProblemNotice problem={draft.refusal} />
      </div>
      <Suspense fallback={<div className={css['loading']}><Skeleton height={360} radius={6} /></div>}>
        {tab === 'flow' && <FlowTab draft={draft} readOnly={readOnly} editor={editor} />}
        {tab === 'instructions' && <InstructionsTab texts={texts} readOnly={readOnly} />}
        {tab === 'versions' && (
          <VersionsTab
            project={project.id}
            live={project.published_version}
            shown={version}
            onShow={onVersion}
            readOnly={readOnly}
            onRestore={(source) => {
              draft.write(source)
              onTab('flow')
            }}
          />
        )}
        {tab === 'about' && <AboutTab project={project} texts={texts} readOnly={readOnly} onGone={onGone} />}
      </Suspense>
      {publishing && <PublishDialog project={project} source={draft.saved} etag={draft.etag} onClose={() => setPublishing(false)} />}
      {draft.stale && <StaleFlowDialog project={project.id} mine={draft.text} saving={draft.saving} onOverwrite={draft.overwrite} onTakeTheirs={draft.takeTheirs} />}
      {texts.conflict && <StaleDialog title="Somebody changed this project after you opened it" {...texts.conflict} saving={texts.saving} onOverwrite={texts.overwrite} onTakeTheirs={texts.takeTheirs} />}
      <Confirm open={blocker.status === 'blocked'} onClose={() => blocker.reset?.()} title="Leave without saving?" verb="Leave" danger onConfirm={() => blocker.proceed?.()}>
        The changes to the {unsaved.join(' and the ')} of {project.name} are only on this page{draft.dirty && problems > 0 ? `, and ${counted(problems, 'thing')} must be mended before the flow can be saved` : ''}.
      </Confirm>
    </Page>
  )
}
