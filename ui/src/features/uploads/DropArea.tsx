// Where files are dropped or picked; shows what was chosen. A drop beside it, on the dialog or the page, does the same.
import { IconFileText, IconFileZip, IconX } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { Button, IconButton } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { Bytes } from '@/design/Time'
import { dropped, picked } from '@/features/uploads/given'
import css from '@/features/uploads/uploads.module.css'
import type { Chosen } from '@/features/uploads/use-chosen'

const TAKEN = '.csv,.tsv,.json,.jsonl,.ndjson,.parquet,.zip,text/csv,application/json,image/png,image/jpeg,image/webp,image/gif'

export function DropArea({ chosen }: { chosen: Chosen }) {
  const picker = useRef<HTMLInputElement>(null)
  const [isOver, setIsOver] = useState(false)
  const { file } = chosen
  const Icon = file && /\.zip$/i.test(file.name) ? IconFileZip : IconFileText
  return (
    <>
      <div
        className={`${css['drop']} ${isOver ? css['over'] : ''}`}
        onDragOver={(event) => {
          event.preventDefault()
          setIsOver(true)
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          event.stopPropagation()
          setIsOver(false)
          chosen.choose(dropped(event.dataTransfer))
        }}
      >
        <input
          ref={picker}
          type="file"
          hidden
          multiple
          accept={TAKEN}
          aria-label="File of tasks"
          onChange={(event) => {
            const given = picked(event.currentTarget.files)
            if (given.length > 0) chosen.choose(given)
            event.currentTarget.value = ''
          }}
        />
        {chosen.isPacking ? (
          <span className={css['soft']} role="status">Putting the files together…</span>
        ) : file ? (
          <>
            <Icon size={16} aria-hidden />
            <span className="truncate">{file.name}</span>
            <span className="meta"><Bytes n={file.size} /></span>
            <span className={css['grow']} />
            <Button small look="quiet" onClick={() => picker.current?.click()}>Another</Button>
            <IconButton small label="Take the file away" onClick={chosen.clear}><IconX size={14} /></IconButton>
          </>
        ) : (
          <>
            <span className={css['soft']}>Drop a CSV, JSON, JSON Lines or Parquet file, a ZIP of files, or pictures here, or</span>
            <Button small onClick={() => picker.current?.click()}>Pick files</Button>
          </>
        )}
      </div>
      <ProblemNotice problem={chosen.problem} />
    </>
  )
}
