// Where a file is dropped or picked; shows the chosen one.
import { IconFileText, IconX } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { Button, IconButton } from '@/design/Button'
import { Bytes } from '@/design/Time'
import css from '@/features/uploads/uploads.module.css'

export function DropArea({ file, onFile }: { file: File | null; onFile: (file: File | null) => void }) {
  const picker = useRef<HTMLInputElement>(null)
  const [isOver, setIsOver] = useState(false)
  return (
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
        onFile(event.dataTransfer.files[0] ?? null)
      }}
    >
      <input
        ref={picker}
        type="file"
        hidden
        accept=".csv,.tsv,.json,.jsonl,.ndjson,.parquet,text/csv,application/json"
        aria-label="File of tasks"
        onChange={(event) => {
          onFile(event.currentTarget.files?.[0] ?? null)
          event.currentTarget.value = ''
        }}
      />
      {file ? (
        <>
          <IconFileText size={16} aria-hidden />
          <span className="truncate">{file.name}</span>
          <span className="meta"><Bytes n={file.size} /></span>
          <span className={css['grow']} />
          <Button small look="quiet" onClick={() => picker.current?.click()}>Another</Button>
          <IconButton small label="Take the file away" onClick={() => onFile(null)}><IconX size={14} /></IconButton>
        </>
      ) : (
        <>
          <span className={css['soft']}>Drop a CSV, JSON, JSON Lines or Parquet file here, or</span>
          <Button small onClick={() => picker.current?.click()}>Pick a file</Button>
        </>
      )}
    </div>
  )
}
