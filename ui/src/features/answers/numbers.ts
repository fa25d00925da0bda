// A number as it is typed.

/** The number, or the text as it stands where it is none or could not be kept exactly; nothing for nothing. */
export function readNumber(typed: string): number | string | undefined {
  const text = typed.trim().replace('−', '-')
  if (text === '') return undefined
  if (!/^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return text
  const number = Number(text)
  const isExact = !/^-?\d+$/.test(text) || Number.isSafeInteger(number)
  return Number.isFinite(number) && isExact ? number : text
}
