// The picture that was chosen and not yet sent.

export interface Picked {
  /** Nothing for the example, which is fetched from its address when it is sent. */
  blob: Blob | null
  name: string
  url: string
  bytes?: number
}

export const EXAMPLE: Picked = { blob: null, name: 'receipt.jpg', url: '/examples/receipt.jpg' }
export const EXAMPLE_PROMPT = 'every line item and the total'

/** The first picture of what was dropped or pasted; a sentence when it is none; null when there is no file at all. */
export function pictureIn(list: DataTransfer | FileList | null): Picked | string | null {
  const files = [...(list instanceof FileList ? list : (list?.files ?? []))]
  const first = files[0]
  if (!first) return null
  const picture = files.find((file) => file.type.startsWith('image/'))
  if (!picture) return `${first.name} is not a picture. Use JPEG, PNG, WebP or GIF.`
  return { blob: picture, name: picture.name || 'pasted.png', url: URL.createObjectURL(picture), bytes: picture.size }
}
