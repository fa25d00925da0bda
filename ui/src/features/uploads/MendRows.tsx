// Rows that failed: out as a file, mended, and in again to the same upload.
import { IconDownload, IconUpload } from '@tabler/icons-react'
import { useRef } from 'react'
import type { Upload } from '@/api/types'
import { failedRowsUrl, useMendUpload } from '@/api/uploads'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import css from '@/features/uploads/uploads.module.css'
import { uuid } from '@/lib/uuid'

export function MendRows({ upload }: { upload: Upload }) {
  const picker = useRef<HTMLInputElement>(null)
  const mend = useMendUpload()
  return (
    <div>
      <div className={css['mend']}>
        <a className={css['download']} href={failedRowsUrl(upload.id)} download>
          <IconDownload size={14} aria-hidden /> Download failed rows
        </a>
        <input
          ref={picker}
          type="file"
          hidden
          accept=".csv,.json,.jsonl,.ndjson"
          aria-label={`Mended rows of ${upload.file_name}`}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            if (file) mend.mutate({ id: upload.id, file, idempotencyKey: uuid() })
            event.currentTarget.value = ''
          }}
        />
        <Button small icon={<IconUpload size={14} />} disabledReason={upload.can.mend} pending={mend.isPending} onClick={() => picker.current?.click()}>
          Upload mended rows
        </Button>
        <span className={css['soft']}>Keep the column <code>_row</code>: it says which row is mended.</span>
      </div>
      <ProblemNotice problem={mend.error} />
    </div>
  )
}
