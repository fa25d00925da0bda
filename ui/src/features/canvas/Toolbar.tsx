// The tools of the canvas, each with its letter; beside the picture, never over what is drawn.
import { IconArrowBackUp, IconArrowForwardUp, IconEye, IconEyeOff, IconPointer, IconPolygon, IconPointFilled, IconRectangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { IconButton } from '@/design/Button'
import type { Tool } from '@/features/canvas/drawing'
import css from '@/features/canvas/Toolbar.module.css'
import { useHotkeys } from '@/lib/hotkeys'

const TOOLS: { tool: Tool; keys: string; says: string; icon: ReactNode }[] = [
  { tool: 'select', keys: 'v', says: 'Select and move', icon: <IconPointer size={17} /> },
  { tool: 'rectangle', keys: 'b', says: 'Draw a box', icon: <IconRectangle size={17} /> },
  { tool: 'polygon', keys: 'p', says: 'Draw a polygon', icon: <IconPolygon size={17} /> },
  { tool: 'point', keys: 'k', says: 'Set a point', icon: <IconPointFilled size={17} /> },
]

export interface Steps {
  undo: () => void
  redo: () => void
  canUndo: boolean
  canRedo: boolean
}

interface ToolbarProps {
  tools?: readonly Tool[]
  tool: Tool
  onTool: (tool: Tool) => void
  isHidden: boolean
  onHidden: (hidden: boolean) => void
  steps: Steps
}

export function Toolbar({ tools = TOOLS.map((each) => each.tool), tool, onTool, isHidden, onHidden, steps }: ToolbarProps) {
  const offered = TOOLS.filter((each) => tools.includes(each.tool))
  const toggle = () => onHidden(!isHidden)
  useHotkeys([
    ...offered.map((each) => ({ keys: each.keys, says: each.says, group: 'Drawing', run: () => onTool(each.tool) })),
    { keys: 'h', says: 'Hide or show the regions', group: 'Drawing', run: toggle },
  ])
  return (
    <div className={css['tools']} role="toolbar" aria-label="Drawing tools" aria-orientation="vertical">
      {offered.map((each) => (
        <IconButton key={each.tool} label={each.says} keys={each.keys} aria-pressed={tool === each.tool} onClick={() => onTool(each.tool)}>
          {each.icon}
        </IconButton>
      ))}
      <span className={css['gap']} />
      <IconButton label={isHidden ? 'Show the regions' : 'Hide the regions'} keys="h" aria-pressed={isHidden} onClick={toggle}>
        {isHidden ? <IconEyeOff size={17} /> : <IconEye size={17} />}
      </IconButton>
      <span className={css['gap']} />
      <IconButton label="Undo" keys="mod+z" disabledReason={steps.canUndo ? null : 'There is nothing to undo.'} onClick={steps.undo}><IconArrowBackUp size={17} /></IconButton>
      <IconButton label="Redo" keys="mod+shift+z" disabledReason={steps.canRedo ? null : 'There is nothing to redo.'} onClick={steps.redo}><IconArrowForwardUp size={17} /></IconButton>
    </div>
  )
}
