// What can be taken away from a run: pictures with their right type, text, and the regions as JSON.
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { File, Run, TaskPage } from '@/api/types'
import { Button } from '@/design/Button'
import { Menu, MenuItem } from '@/design/Menu'
import { promptOf, resultName } from '@/features/playground/prompt-of'
import { copyText } from '@/lib/clipboard'
import { bytes } from '@/lib/format'
import { type PictureAnswer, regionsDocument } from '@/lib/picture-answer'
import { copyPicture, saveFrom, saveText } from '@/lib/take-away'

interface ResultToolsProps {
  task: TaskPage
  run: Run
  answer: PictureAnswer | null
  original: File
}

interface Taking {
  what: string
  note?: string
  whyNot: string | null
  /** False, or a throw, when the browser did not take it. */
  run: () => unknown
}

export function ResultTools({ task, run, answer, original }: ResultToolsProps) {
  const drawn = answer?.image ? (task.files[answer.image] ?? null) : null
  const drawnUrl = drawn?.url ?? (answer?.image ? `/api/v1/files/${answer.image}` : null)
  const type = drawn?.media_type ?? 'image/jpeg'
  const noPicture = drawnUrl ? null : 'This run drew no picture.'
  const noRegions = answer?.regions.length ? null : 'This run found no regions.'
  const noText = answer?.text ? null : 'This run gave no text.'
  const regions = () =>
    regionsDocument(answer ?? { regions: [], text: null, image: null, score: null }, {
      task: task.id, run: run.number, prompt: promptOf(run, task), width: original.width, height: original.height,
    })
  const kind = (media: string) => (media.split('/')[1] ?? media).toUpperCase()
  const downloads: Taking[] = [
    { what: 'Annotated picture', note: drawn ? `${kind(type)}, ${bytes(drawn.bytes)}` : undefined, whyNot: noPicture, run: () => saveFrom(drawnUrl ?? '', resultName(original.name, run.number, type)) },
    { what: 'Regions', note: 'JSON', whyNot: noRegions, run: () => saveText(resultName(original.name, run.number, 'application/json'), regions()) },
    { what: 'Text', note: 'TXT', whyNot: noText, run: () => saveText(resultName(original.name, run.number, 'text/txt'), answer?.text ?? '', 'text/plain') },
    { what: 'Original picture', note: `${kind(original.media_type)}, ${bytes(original.bytes)}`, whyNot: null, run: () => saveFrom(original.url, original.name) },
  ]
  const copies: Taking[] = [
    { what: 'Picture', whyNot: noPicture, run: () => copyPicture(drawn?.view_url ?? `${drawnUrl ?? ''}/view`) },
    { what: 'Text', whyNot: noText, run: () => copyText(answer?.text ?? '') },
    { what: 'Regions as JSON', whyNot: noRegions, run: () => copyText(regions()) },
  ]
  return (
    <>
      <Takings verb="Copy" done="Copied" icon={<IconCopy size={14} />} items={copies} />
      <Takings verb="Download" done="Downloaded" icon={<IconDownload size={14} />} items={downloads} />
    </>
  )
}

function Takings({ verb, done, icon, items }: { verb: string; done: string; icon: ReactNode; items: Taking[] }) {
  const [said, setSaid] = useState<'done' | 'failed' | null>(null)
  const take = async (item: Taking) => {
    try {
      setSaid((await item.run()) === false ? 'failed' : 'done')
    } catch {
      setSaid('failed') // the browser refused the clipboard; the download beside it works
    }
    setTimeout(() => setSaid(null), 1800)
  }
  return (
    <Menu
      label={verb}
      align="end"
      width={230}
      trigger={(props) => (
        <Button small icon={said === 'done' ? <IconCheck size={14} /> : icon} {...props}>
          <span aria-live="polite">{said === 'done' ? done : said === 'failed' ? 'The browser refused' : verb}</span>
        </Button>
      )}
    >
      {items.map((item) => (
        <MenuItem key={item.what} disabledReason={item.whyNot} end={item.note && <span className="meta">{item.note}</span>} onSelect={() => void take(item)}>
          {item.what}
        </MenuItem>
      ))}
    </Menu>
  )
}
