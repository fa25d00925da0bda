// A priority as somebody types it: a whole number of 32 bits, with either minus sign.
export type PriorityText = { kind: 'number'; priority: number; says: null } | { kind: 'empty'; says: null } | { kind: 'wrong'; says: string }

const LEAST = -(2 ** 31)
const MOST = 2 ** 31 - 1

export function readPriority(text: string): PriorityText {
  const plain = text.trim().replace('−', '-')
  if (plain === '') return { kind: 'empty', says: null }
  if (!/^[+-]?\d{1,10}$/.test(plain)) return { kind: 'wrong', says: 'A whole number, such as −2 or 5.' }
  const priority = Number(plain)
  if (priority < LEAST || priority > MOST) return { kind: 'wrong', says: 'A number from −2,147,483,648 to 2,147,483,647.' }
  return { kind: 'number', priority: priority + 0, says: null }
}
