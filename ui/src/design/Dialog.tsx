// A question that has to be answered first: what, how many, and the verb on the button.
import { Modal } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import css from '@/design/Dialog.module.css'

interface DialogProps {
  open: boolean
  /** Left out where a decision has to be made first. */
  onClose?: () => void
  title: string
  size?: number
  /** Ctrl+Enter, wherever the focus is in it. */
  onDone?: () => void
  children: ReactNode
}

export function Dialog({ open, onClose, title, size = 480, onDone, children }: DialogProps) {
  // It mostly goes from the page while it is open, so nobody else gives the focus back to where it was.
  const [wasOpen, setWasOpen] = useState(false)
  const [before, setBefore] = useState<Element | null>(null)
  if (open !== wasOpen) {
    setWasOpen(open)
    setBefore(open ? document.activeElement : null)
  }
  useEffect(() => () => {
    if (document.activeElement === document.body && before instanceof HTMLElement) before.focus({ preventScroll: true })
  }, [before])
  const onKeyDown = (event: KeyboardEvent) => {
    if (!onDone || event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
    event.preventDefault()
    event.stopPropagation()
    onDone()
  }
  return (
    <Modal opened={open} onClose={onClose ?? (() => undefined)} withCloseButton={Boolean(onClose)} title={title} size={size} yOffset="12vh" closeButtonProps={{ 'aria-label': 'Close' }} classNames={{ title: css['title'], header: css['header'], body: css['body'], content: css['content'] }}>
      <div className={css['keys']} onKeyDown={onKeyDown}>{children}</div>
    </Modal>
  )
}

interface ConfirmProps {
  open: boolean
  onClose: () => void
  title: string
  /** What will happen, with names and numbers; the last word if it cannot be undone. */
  children: ReactNode
  /** The verb: "Delete task", never "OK". */
  verb: string
  danger?: boolean
  pending?: boolean
  problem?: unknown
  onConfirm: () => void
}

export function Confirm({ open, onClose, title, children, verb, danger, pending, problem, onConfirm }: ConfirmProps) {
  return (
    <Dialog open={open} onClose={onClose} title={title} size={420}>
      <div className={css['says']}>{children}</div>
      <ProblemNotice problem={problem} />
      <DialogFoot>
        <Button onClick={onClose}>Keep</Button>
        <Button look={danger ? 'danger' : 'primary'} pending={pending} onClick={onConfirm} data-autofocus>
          {verb}
        </Button>
      </DialogFoot>
    </Dialog>
  )
}

export const DialogFoot = ({ children }: { children: ReactNode }) => <div className={css['foot']}>{children}</div>
