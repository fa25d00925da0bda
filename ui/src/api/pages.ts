// Lists that a page needs as a whole, fetched page after page.
import type { Page } from '@/api/types'

const PER_PAGE = 200

interface PageQuery {
  limit: number
  cursor?: string
}

/** Everything in a list: the server is asked until it names no next page. */
export async function whole<T>(ask: (query: PageQuery) => Promise<Page<T>>): Promise<Page<T>> {
  let last = await ask({ limit: PER_PAGE })
  const items = [...last.items]
  while (last.next) {
    last = await ask({ limit: PER_PAGE, cursor: last.next })
    items.push(...last.items)
  }
  return { ...last, items }
}
