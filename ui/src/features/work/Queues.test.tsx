import { MantineProvider } from '@mantine/core'
import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { freeIn } from '@/api/work'
import { Queues } from '@/features/work/Queues'

const aQueue = (name: string, free: number, free_is_exact: boolean) => ({ project: { id: name, name }, step: 'label', use: 'classify', free, free_is_exact })

test('a queue that the server stopped counting says so', () => {
  const queues = [aQueue('Letters', 10_000, false), aQueue('Notes', 12, true)]
  render(<MantineProvider><Queues queues={queues} pending={null} onStart={() => undefined} /></MantineProvider>)
  const cells = screen.getAllByRole('row').slice(1).map((row) => row.children[2]?.textContent)
  expect(cells).toEqual(['10,000+', '12'])
  expect(freeIn(queues)).toEqual({ n: 10_012, isExact: false })
})
