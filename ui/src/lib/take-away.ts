// Pictures and files as the browser takes them: to the clipboard as PNG, to the disk by a name.

/** Copies a picture; browsers take PNG only, so anything else is drawn again. Fails where the page is not served over https. */
export async function copyPicture(url: string): Promise<void> {
  // The promise is handed over at once: Safari asks for the write within the click.
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': asPng(url) })])
}

async function asPng(url: string): Promise<Blob> {
  const picture = new Image()
  picture.src = url
  await picture.decode()
  const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight)
  canvas.getContext('2d')?.drawImage(picture, 0, 0)
  return canvas.convertToBlob({ type: 'image/png' })
}

export function saveText(name: string, text: string, type = 'application/json'): void {
  saveFrom(URL.createObjectURL(new Blob([text], { type })), name)
}

export function saveFrom(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  if (url.startsWith('blob:')) setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
