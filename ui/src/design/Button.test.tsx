import { MantineProvider } from '@mantine/core'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactElement } from 'react'
import { expect, test, vi } from 'vitest'
import { Button, IconButton } from '@/design/Button'

const show = (what: ReactElement) => render(<MantineProvider>{what}</MantineProvider>)

test('a button that cannot says why, can be reached by the keyboard, and does nothing', async () => {
  const run = vi.fn()
  show(<Button disabledReason="Only queued work can be cancelled." onClick={run}>Cancel</Button>)
  await userEvent.tab()
  const button = screen.getByRole('button', { name: 'Cancel' })
  expect(document.activeElement).toBe(button)
  expect(button.getAttribute('aria-disabled')).toBe('true')
  expect(document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent).toContain('Only queued')
  await userEvent.click(button)
  await userEvent.keyboard('{Enter}')
  expect(run).not.toHaveBeenCalled()
})

test('a button at work cannot be pressed twice', async () => {
  const run = vi.fn()
  show(<Button pending onClick={run}>Save</Button>)
  await userEvent.click(screen.getByRole('button'))
  expect(run).not.toHaveBeenCalled()
  expect(screen.getByRole('button').getAttribute('aria-busy')).toBe('true')
})

test('a form is not sent by a button that may not send it', async () => {
  const send = vi.fn((event: React.FormEvent) => event.preventDefault())
  const form = (why: string | null) => <MantineProvider><form onSubmit={send}><Button type="submit" disabledReason={why}>Send</Button></form></MantineProvider>
  const { rerender } = render(form('Choose a file first.'))
  await userEvent.click(screen.getByRole('button'))
  expect(send).not.toHaveBeenCalled()
  rerender(form(null))
  await userEvent.click(screen.getByRole('button'))
  expect(send).toHaveBeenCalledOnce()
})

test('a picture of a button has a name', () => {
  show(<IconButton label="Close" disabledReason="Something is being saved."><svg /></IconButton>)
  expect(screen.getByRole('button', { name: 'Close. Something is being saved.' })).toBeTruthy()
})
