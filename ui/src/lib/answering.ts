// What every editor of an answer is given: the value, a way to change it, what was refused, what nobody has looked at yet.

export interface Answering<Answer> {
  answer: Answer
  /** Quick changes about the same thing are one step of undo; null or nothing is a step of its own. */
  change: (next: Answer, about?: string | null) => void
  /** What is wrong at a place, by the places the server writes: `regions[3].label`. */
  saysAt: (place: string) => string | undefined
  /** Places of prefilled values that somebody has looked at. */
  touched: ReadonlySet<string>
  touch: (place: string) => void
}
