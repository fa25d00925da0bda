// Where a picture arrives: dropped, pasted or picked; then it is looked at in the same place.
import { IconPhotoPlus } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { Button } from '@/design/Button'
import { Picture } from '@/design/Picture'
import { type Picked, pictureIn } from '@/features/playground/picked'
import css from '@/features/playground/Trial.module.css'
import { bytes } from '@/lib/format'

interface DropFieldProps {
  picked: Picked | null
  onPick: (picked: Picked | null) => void
  onExample: () => void
}

export function DropField({ picked, onPick, onExample }: DropFieldProps) {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)

  const take = (list: DataTransfer | FileList | null) => {
    const found = pictureIn(list)
    if (found === null) return
    setRefused(typeof found === 'string' ? found : null)
    if (typeof found !== 'string') onPick(found)
  }
  const onPaste = useEffectEvent((event: ClipboardEvent) => take(event.clipboardData))
  useEffect(() => {
    const listen = (event: ClipboardEvent) => onPaste(event)
    document.addEventListener('paste', listen)
    return () => document.removeEventListener('paste', listen)
  }, [])

  return (
    <div
      className={css['drop']}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => event.currentTarget.contains(event.relatedTarget as Node | null) || setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer)
      }}
    >
      <input ref={input} type="file" accept="image/*" hidden aria-label="Picture" onChange={(event) => { take(event.target.files); event.target.value = '' }} />
      {picked ? (
        <>
          <Picture src={picked.url} alt={picked.name} />
          <div className={css['pickedbar']}>
            <span className="truncate">{picked.name}</span>
            {picked.bytes !== undefined && <span className="meta">{bytes(picked.bytes)}</span>}
            <Button small onClick={() => input.current?.click()}>Replace</Button>
            <Button small look="quiet" onClick={() => onPick(null)}>Remove</Button>
          </div>
        </>
      ) : (
        <div className={css['invite']}>
          <button type="button" className={css['target']} onClick={() => input.current?.click()}>
            <IconPhotoPlus size={30} stroke={1.4} aria-hidden />
            <span>Drop a picture, paste it, or <u>choose a file</u></span>
            <span className="meta">JPEG, PNG, WebP or GIF</span>
          </button>
          <Button look="quiet" small onClick={onExample}>Use the example receipt</Button>
        </div>
      )}
      {refused && <p role="alert" className={css['refused']}>{refused}</p>}
    </div>
  )
}
