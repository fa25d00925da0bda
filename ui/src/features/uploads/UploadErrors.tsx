// What was wrong: the reason of the whole, then row by row.
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Upload, UploadRowError } from '@/api/types'
import { uploadErrorsQuery } from '@/api/uploads'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { Sentence } from '@/design/Sentence'
import { Skeleton } from '@/design/Skeleton'
import { MendRows } from '@/features/uploads/MendRows'
import css from '@/features/uploads/uploads.module.css'
import { count } from '@/lib/format'

const LINE = 28
const LINES_SHOWN = 10
const LETTERS_A_LINE = 84
const LETTERS_ON_A_PHONE = 22

/** The table under a row needs its height before it is drawn; a long sentence takes more than one line. */
export function detailHeight(upload: Upload, errors: UploadRowError[] | undefined): number {
  const letters = window.innerWidth < 700 ? LETTERS_ON_A_PHONE : LETTERS_A_LINE
  const lines = errors?.reduce((sum, error) => sum + Math.ceil(error.says.length / letters), 0) ?? Math.max(1, upload.failed)
  return 17 + (upload.reason ? LINE : 0) + (canBeMended(upload) ? (window.innerWidth < 700 ? 3 : 1) * LINE + 8 : 0) + (Math.min(lines, LINES_SHOWN) + (lines > 0 ? 1 : 0)) * LINE
}

const canBeMended = (upload: Upload) => upload.failed > 0 && upload.ended_at !== null

const shown = (value: unknown): string => (value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value))

export function UploadErrors({ upload }: { upload: Upload }) {
  return (
    <div className={css['errors']}>
      {upload.reason && <p className={upload.state === 'failed' ? css['refused'] : css['reason']} title={upload.reason}><Sentence text={upload.reason} /></p>}
      {canBeMended(upload) && <MendRows upload={upload} />}
      <RowErrors upload={upload} />
    </div>
  )
}

function RowErrors({ upload }: { upload: Upload }) {
  const errors = useInfiniteQuery(uploadErrorsQuery(upload.id))
  const rows = errors.data?.pages.flatMap((page) => page.items)
  if (rows?.length === 0) return null
  if (errors.error) return <ProblemNotice problem={errors.error} onRetry={() => void errors.refetch()} />
  return (
    <>
      <table aria-label={`Row errors of ${upload.file_name}`}>
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Field</th>
            <th scope="col">What is wrong</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {rows
            ? rows.map((error, at) => (
                <tr key={at}>
                  <td className="numbers">{error.row > 0 ? count(error.row) : 'file'}</td>
                  <td>{error.field ? <code>{error.field}</code> : '–'}</td>
                  <td className={css['says']}><Sentence text={error.says} /></td>
                  <td title={shown(error.value)}><code>{shown(error.value)}</code></td>
                </tr>
              ))
            : Array.from({ length: Math.min(LINES_SHOWN, Math.max(1, upload.failed)) }, (_, at) => (
                <tr key={at}><td colSpan={4}><Skeleton width="60%" /></td></tr>
              ))}
        </tbody>
      </table>
      {errors.hasNextPage && <Button small look="quiet" pending={errors.isFetchingNextPage} onClick={() => void errors.fetchNextPage()}>More errors</Button>}
    </>
  )
}
