// What ⌘K offers: pages, projects, tasks by id, external id or words, theme and help.
import { useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { IconHelp, IconHash, IconMoon, IconRoute, IconSun } from '@tabler/icons-react'
import { useState } from 'react'
import { entriesFor } from '@/app/nav'
import { projectsQuery } from '@/api/projects'
import { tasksFoundQuery } from '@/api/tasks'
import type { TaskRow } from '@/api/types'
import { useMay, useMe } from '@/api/who'
import { type Command, CommandPalette } from '@/design/CommandPalette'
import { shortId } from '@/lib/format'
import { useSettled } from '@/lib/use-settled'
import { isUuid } from '@/lib/uuid'

interface PaletteProps {
  open: boolean
  onClose: () => void
  onHelp: () => void
  /** Gives what was typed before this was there to hear it. */
  takeEarly: () => string
}

export function Palette({ open, onClose, onHelp, takeEarly }: PaletteProps) {
  const me = useMe()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const projects = useQuery(projectsQuery)
  const { setColorScheme } = useMantineColorScheme()
  const search = typed.trim()
  const mayRead = useMay('tasks.read')
  const wanted = useSettled(search, 150)
  const found = useQuery({ ...tasksFoundQuery(wanted), enabled: open && mayRead && wanted.length > 1 })
  const isAsked = search.length > 1 && mayRead

  const commands: Command[] = [
    ...entriesFor(me.permissions).map((entry) => ({
      id: entry.to, title: entry.title, group: 'Go to', icon: entry.icon, keys: entry.keys, also: entry.also, run: () => void navigate({ to: entry.to }),
    })),
    ...(projects.data?.items ?? []).flatMap((project) => [
      { id: `tasks ${project.id}`, title: `Tasks of ${project.name}`, group: 'Projects', icon: <IconRoute size={16} />, run: () => void navigate({ to: '/tasks', search: { project: [project.id] } }) },
      { id: `studio ${project.id}`, title: `${project.name} in the Studio`, group: 'Projects', icon: <IconRoute size={16} />, also: 'flow edit', run: () => void navigate({ to: '/studio/$projectId', params: { projectId: project.id }, search: {} }) },
    ]),
    { id: 'light', title: 'Light theme', group: 'Reading', icon: <IconSun size={16} />, also: 'color scheme', run: () => setColorScheme('light') },
    { id: 'dark', title: 'Dark theme', group: 'Reading', icon: <IconMoon size={16} />, also: 'color scheme', run: () => setColorScheme('dark') },
    { id: 'help', title: 'Keys of this page', group: 'Reading', icon: <IconHelp size={16} />, keys: '?', also: 'help shortcuts', run: onHelp },
  ]
  const openTask = (id: string) => void navigate({ to: '/tasks/$taskId', params: { taskId: id }, search: {} })
  // What was found belongs to what was asked; while the next is on its way, it is still held against what is typed.
  const tasks = isAsked ? (found.data?.items ?? []).filter((task) => wanted === search || textOf(task).includes(search.toLowerCase())) : []
  commands.push(
    ...tasks.filter((task) => task.id !== search).map((task) => ({
      id: `task ${task.id}`, title: titleOf(task), group: 'Tasks', icon: <IconHash size={16} />, also: search, isMeant: task.external_id === search, run: () => openTask(task.id),
    })),
  )
  if (isUuid(search)) {
    commands.unshift({ id: 'task', title: `Open task ${search}`, group: 'Tasks', icon: <IconHash size={16} />, run: () => openTask(search) })
  } else if (isAsked) {
    commands.push({ id: 'find', title: `Find tasks with “${search}”`, group: 'Tasks', icon: <IconHash size={16} />, also: search, run: () => void navigate({ to: '/tasks', search: { q: search } }) })
  }
  return <CommandPalette open={open} onClose={onClose} commands={commands} onType={setTyped} takeEarly={takeEarly} />
}

const textOf = (task: TaskRow) => `${task.id} ${task.external_id ?? ''} ${task.preview}`.toLowerCase()

const titleOf = (task: TaskRow) => [task.external_id ?? shortId(task.id), task.preview, task.project.name].filter(Boolean).join(' · ')
