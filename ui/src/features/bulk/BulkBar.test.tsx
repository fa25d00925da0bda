import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { BulkBar } from '@/features/bulk/BulkBar'

const ENDED = {
  id: 'b1', action: 'set_priority', arguments: { priority: -3 }, selection: {}, undoes: null, state: 'completed_with_refusals', reason: '1 task refused, of 3.', total: 3, done: 2,
  unchanged: 0, refused: 1, failed: 0, progress: 1, by: null, created_at: '2026-11-25T10:00:00Z', started_at: null, ended_at: '2026-11-25T10:00:01Z',
  undo_until: new Date(Date.now() + 40 * 60_000).toISOString(), can: { cancel: 'It has ended.', retry: null, undo: null },
  reasons: [{ outcome: 'refused', code: 'held_by_person', says: 'A person has it in hand.', count: 1 }],
}
let dry = { action: 'set_priority', dry_run: true, total: 3, done: 2, unchanged: 0, refused: 1, reasons: ENDED.reasons }
const server = vi.hoisted(() => ({ asked: [] as { path: string; body: Record<string, unknown> }[], answer: (() => null) as (body: Record<string, unknown>) => unknown }))
vi.mock('@/api/http', () => {
  const call = async (path: string, { body = {} }: { body?: Record<string, unknown> } = {}) => {
    server.asked.push({ path, body })
    return server.answer(body)
  }
  return { API: '/api/v1', api: { GET: call, POST: call }, ask: (answer: unknown) => answer, setCsrf: () => undefined }
})

beforeEach(() => {
  server.asked.length = 0
  server.answer = (body) => (body['dry_run'] ? dry : ENDED)
})

function show(permissions: string[], n = 3) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  queries.setQueryData(['me'], { permissions })
  render(
    <QueryClientProvider client={queries}>
      <MantineProvider>
        <BulkBar selection={{ ids: ['t1', 't2', 't3'] }} count={{ n, isExact: true }} onClear={() => undefined} steps={['label']} />
      </MantineProvider>
    </QueryClientProvider>,
  )
}

test('what would become of them is told before, and what did after', async () => {
  show(['tasks.write', 'tasks.cancel'])
  await userEvent.click(screen.getByRole('button', { name: 'Priority…' }))
  const dialog = await screen.findByRole('dialog')
  const apply = within(dialog).getByRole('button', { name: /Set priority/ })
  expect(apply.getAttribute('aria-disabled')).toBe('true')
  await userEvent.type(within(dialog).getByLabelText('Priority'), '-3')
  await within(dialog).findByText('2 will change, 1 will not.')
  expect(within(dialog).getByText('A person has it in hand.')).toBeTruthy()
  await waitFor(() => expect(apply.getAttribute('aria-disabled')).toBeNull())
  await userEvent.keyboard('{Enter}')
  await within(dialog).findByText('2 changed, 1 refused.')
  expect(server.asked.filter((each) => each.body['dry_run'] === false).map((each) => each.body)).toEqual([
    { action: 'set_priority', selection: { ids: ['t1', 't2', 't3'] }, arguments: { priority: -3 }, dry_run: false },
  ])
  expect(within(dialog).getByRole('button', { name: /^Undo \(\d+ min left\)$/ })).toBeTruthy()
  await userEvent.click(within(dialog).getByRole('button', { name: 'Retry 1 task' }))
  await waitFor(() => expect(server.asked.some((each) => each.path === '/bulk/{bulk_id}/retry')).toBe(true))
})

test('whoever deletes more than a thousand types the number first', async () => {
  dry = { ...dry, action: 'delete', total: 1_204, done: 1_204, refused: 0, reasons: [] }
  show(['tasks.write', 'tasks.cancel'], 1_204)
  HTMLElement.prototype.hidePopover ??= () => undefined
  await userEvent.click(screen.getByRole('button', { name: 'More actions' }))
  const menu = screen.getByRole('menu', { hidden: true })
  menu.dispatchEvent(Object.assign(new Event('toggle'), { newState: 'open' }))
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Delete…', hidden: true }))
  const dialog = await screen.findByRole('dialog')
  await within(dialog).findByText('All 1,204 will change.')
  const apply = within(dialog).getByRole('button', { name: /^Delete/ })
  expect(apply.getAttribute('aria-disabled')).toBe('true')
  await userEvent.type(within(dialog).getByLabelText('Type 1,204 to go on'), '1204')
  await waitFor(() => expect(apply.getAttribute('aria-disabled')).toBeNull())
})

test('a client may cancel and nothing else', () => {
  show(['tasks.cancel'])
  const bar = screen.getByRole('toolbar')
  expect(within(bar).getAllByRole('button').map((button) => button.getAttribute('aria-label') ?? button.textContent)).toEqual(['Cancel queued…', 'Clear the selection'])
})
