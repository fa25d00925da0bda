// The sidebar and the jumps `G …`: only what works now.
import { IconArchive, IconChecklist, IconDownload, IconHandStop, IconListDetails, IconPhotoSpark, IconRoute, IconSettings, IconUpload } from '@tabler/icons-react'
import type { ReactNode } from 'react'

export interface Entry {
  to: '/playground' | '/work' | '/tasks' | '/reservations' | '/uploads' | '/exports' | '/archive' | '/studio' | '/settings'
  title: string
  icon: ReactNode
  keys: string
  /** The permission without which the page would be empty. */
  needs?: string
  /** Stands under the entry before it. */
  under?: boolean
  also?: string
}

const size = 16

export const entries: Entry[] = [
  { to: '/playground', title: 'Playground', icon: <IconPhotoSpark size={size} />, keys: 'g p', also: 'prompt picture image run' },
  { to: '/work', title: 'Work', icon: <IconChecklist size={size} />, keys: 'g w', needs: 'work.take', also: 'annotate label review next' },
  { to: '/tasks', title: 'Tasks', icon: <IconListDetails size={size} />, keys: 'g t', also: 'list all' },
  { to: '/reservations', title: 'Reservations', icon: <IconHandStop size={size} />, keys: 'g r', needs: 'work.release_any', under: true, also: 'held in hand release kept' },
  { to: '/uploads', title: 'Uploads', icon: <IconUpload size={size} />, keys: 'g u', needs: 'uploads.read', under: true, also: 'csv json import' },
  { to: '/exports', title: 'Exports', icon: <IconDownload size={size} />, keys: 'g e', needs: 'tasks.export', under: true, also: 'download csv json parquet coco yolo' },
  { to: '/archive', title: 'Archive', icon: <IconArchive size={size} />, keys: 'g a', needs: 'archives.read', under: true, also: 'archived restore put away old finished' },
  { to: '/studio', title: 'Studio', icon: <IconRoute size={size} />, keys: 'g s', also: 'projects flows steps' },
  { to: '/settings', title: 'Settings', icon: <IconSettings size={size} />, keys: 'g ,', also: 'members keys account theme' },
]

export const entriesFor = (permissions: string[]): Entry[] => entries.filter((entry) => !entry.needs || permissions.includes(entry.needs))
