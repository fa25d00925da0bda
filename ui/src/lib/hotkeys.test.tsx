import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { type Hotkey, keySigns, useHotkeys } from '@/lib/hotkeys'

function Keys({ keys }: { keys: Hotkey[] }) {
  useHotkeys(keys)
  return <input aria-label="field" />
}

test('two strokes in a row are one key', async () => {
  const tasks = vi.fn()
  render(<Keys keys={[{ keys: 'g t', says: 'Tasks', run: tasks }]} />)
  await userEvent.keyboard('t')
  expect(tasks).not.toHaveBeenCalled()
  await userEvent.keyboard('gt')
  expect(tasks).toHaveBeenCalledOnce()
})

test('a letter is only a letter while somebody types', async () => {
  const next = vi.fn()
  const find = vi.fn()
  render(<Keys keys={[{ keys: 'j', says: 'Next', run: next }, { keys: 'mod+k', says: 'Find', run: find, whileTyping: true }]} />)
  await userEvent.type(screen.getByLabelText('field'), 'j')
  await userEvent.keyboard('{Control>}k{/Control}')
  expect(next).not.toHaveBeenCalled()
  expect(find).toHaveBeenCalledOnce()
})

test('the one that came last wins, and gives the key back when it goes', async () => {
  const page = vi.fn()
  const panel = vi.fn()
  const both = (open: boolean) => (
    <>
      <Keys keys={[{ keys: 'escape', says: 'Page', run: page }]} />
      {open && <Keys keys={[{ keys: 'escape', says: 'Panel', run: panel }]} />}
    </>
  )
  const { rerender } = render(both(true))
  await userEvent.keyboard('{Escape}')
  rerender(both(false))
  await userEvent.keyboard('{Escape}')
  expect([panel.mock.calls.length, page.mock.calls.length]).toEqual([1, 1])
})

test('a key that is only listed does nothing here', async () => {
  const run = vi.fn()
  render(<Keys keys={[{ keys: 'x', says: 'Select', listedOnly: true, run }]} />)
  await userEvent.keyboard('x')
  expect(run).not.toHaveBeenCalled()
})

test('keys are written as they stand on the keyboard', () => {
  expect(keySigns('g t')).toEqual(['G', 'T'])
  expect(keySigns('shift+enter')).toEqual(['Shift', '↵'])
  expect(keySigns('+')).toEqual(['+'])
})

test('under a dialog the page rests', async () => {
  const accept = vi.fn()
  const find = vi.fn()
  const keys = [{ keys: 'a', says: 'Accept', run: accept }, { keys: 'mod+k', says: 'Find', run: find, whileTyping: true }]
  const { rerender } = render(<><Keys keys={keys} /><div role="dialog" aria-modal="true"><button type="button">Export</button></div></>)
  screen.getByRole('button').focus()
  await userEvent.keyboard('a{Control>}k{/Control}')
  expect([accept.mock.calls.length, find.mock.calls.length]).toEqual([0, 1])
  rerender(<Keys keys={keys} />)
  await userEvent.keyboard('a')
  expect(accept).toHaveBeenCalledOnce()
})
