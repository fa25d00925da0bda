// The order of the list a task was last opened from: whoever goes on to the next one goes down it.
const MOST = 50
let listed: readonly string[] = []

export const noteList = (ids: readonly string[]): void => {
  listed = ids
}

/** The ids behind this one in that list, the nearest first; none where it was not in it. */
export function behindInList(id: string): string[] {
  const at = listed.indexOf(id)
  return at < 0 ? [] : listed.slice(at + 1, at + 1 + MOST)
}
