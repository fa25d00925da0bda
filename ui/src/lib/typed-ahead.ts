// What is typed while a field is still on its way: kept for it, and kept from the keys of the page.

/** Begins to catch; what it returns ends that and gives what was caught, once. Escape is for whoever waits. */
export function catchTyped(onEscape: () => void): () => string {
  let caught = ''
  const hear = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (event.key === 'Escape') onEscape()
    else if (event.key === 'Backspace') caught = caught.slice(0, -1)
    else if ([...event.key].length === 1) caught += event.key
    // Meant for what is not there yet: the page must not act on it.
    else if (event.key !== 'Enter') return
    event.preventDefault()
    event.stopPropagation()
  }
  document.addEventListener('keydown', hear, true)
  return () => {
    document.removeEventListener('keydown', hear, true)
    const all = caught
    caught = ''
    return all
  }
}
