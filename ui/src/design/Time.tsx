// Moments, lengths, sizes and ids in one manner everywhere.
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { ago, bytes, duration, exactTime, shortId } from '@/lib/format'
import { copyText } from '@/lib/clipboard'
import { useNow, useSeconds } from '@/lib/use-now'
import { Button } from '@/design/Button'
import css from '@/design/Time.module.css'

/** Relative; the exact moment in the reader's zone on hover and for machines. */
export function Time({ at, none = '–' }: { at: string | null | undefined; none?: string }) {
  const now = useNow()
  if (!at) return <span className={css['none']}>{none}</span>
  const moment = new Date(at)
  return (
    <time dateTime={at} title={exactTime(moment)} className="numbers">
      {ago(moment, now)}
    </time>
  )
}

/** Between two moments; an open end runs on. */
export function Duration({ from, to }: { from: string | null; to: string | null }) {
  if (!from) return <span className={css['none']}>–</span>
  return to ? <span className="numbers">{duration(secondsBetween(from, new Date(to)))}</span> : <Running from={from} />
}

function Running({ from }: { from: string }) {
  const now = useSeconds()
  return <span className="numbers">{duration(Math.floor(Math.max(0, secondsBetween(from, now))))}</span>
}

const secondsBetween = (from: string, to: Date): number => (to.getTime() - new Date(from).getTime()) / 1000

export const Bytes = ({ n }: { n: number }) => <span className="numbers">{bytes(n)}</span>

/** Short, in monospace; the copy button gives the whole. */
export function Id({ id, label = 'id' }: { id: string; label?: string }) {
  return (
    <span className={css['id']}>
      <code title={id}>{shortId(id)}</code>
      <Copy text={id} label={`Copy ${label}`} />
    </span>
  )
}

const COPIED_MS = 1500

function useCopying(text: string) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    if (!(await copyText(text))) return // the browser refused; the text can still be selected
    setCopied(true)
    setTimeout(() => setCopied(false), COPIED_MS)
  }
  return { copied, copy }
}

/** A small sign that appears under the pointer, as beside an id. */
export function Copy({ text, label }: { text: string; label: string }) {
  const { copied, copy } = useCopying(text)
  return (
    <button
      type="button"
      className={css['copy']}
      data-tip={copied ? 'Copied' : label}
      aria-label={copied ? 'Copied' : label}
      onClick={(event) => {
        event.stopPropagation()
        void copy()
      }}
    >
      {copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
    </button>
  )
}

/** The same with a word, where copying is what one came for. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const { copied, copy } = useCopying(text)
  return (
    <Button small icon={copied ? <IconCheck size={14} /> : <IconCopy size={14} />} onClick={() => void copy()}>
      {copied ? 'Copied' : label}
    </Button>
  )
}
