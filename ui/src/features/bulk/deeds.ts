// What can be done to many tasks: its words, what it needs, and what is said of it before and after.
import type { BulkAction, BulkArguments, BulkReason } from '@/api/types'
import { count, counted } from '@/lib/format'

export interface Deed {
  action: BulkAction
  /** In a menu. */
  label: string
  /** In a title, before "24 tasks". */
  title: string
  /** On the button. */
  verb: string
  says: string
  isDangerous?: boolean
  /** A key of the list while something is selected. */
  keys?: string
}

export const DEEDS: Deed[] = [
  { action: 'set_priority', label: 'Priority…', keys: 'p', title: 'Set the priority of', verb: 'Set priority', says: 'The lower number is handed out earlier; 0 is the usual one.' },
  { action: 'set_batch', label: 'Batch…', keys: 'b', title: 'Set the batch of', verb: 'Set batch', says: 'A batch is a name for a set of tasks.' },
  { action: 'reserve', label: 'Reserve…', keys: 'r', title: 'Reserve', verb: 'Reserve', says: 'Open work, or the next step done by people, is kept for one member.' },
  { action: 'release', label: 'Release…', keys: 'shift+r', title: 'Release', verb: 'Release', says: 'Whoever has one in hand gives it back; drafts are kept.' },
  { action: 'send_back', label: 'Send back…', keys: 's', title: 'Send back', verb: 'Send back', says: 'A new run begins at the last step people answered, for its author first.' },
  { action: 'move_to_step', label: 'Move to a step…', keys: 'm', title: 'Move', verb: 'Move', says: 'A new run begins at the step and keeps the answers it builds on.' },
  { action: 'complete', label: 'Complete…', title: 'Complete', verb: 'Complete', says: 'What is open is closed; parts that are missing stay empty.' },
  { action: 'rerun', label: 'Rerun…', title: 'Rerun', verb: 'Rerun', says: 'Finished tasks pass through their published flow again.' },
  { action: 'cancel', label: 'Cancel queued…', title: 'Cancel', verb: 'Cancel tasks', says: 'Only what nobody has begun is cancelled for certain; a model at work gets a moment to end.', isDangerous: true },
  { action: 'delete', label: 'Delete…', title: 'Delete', verb: 'Delete', says: 'They go with their answers, for good. This cannot be undone.', isDangerous: true },
]

/** Beside the menu: what is done all day. */
export const AT_HAND: BulkAction[] = ['set_priority', 'set_batch', 'reserve', 'release']

/** Above so many, whoever deletes or cancels types the number first. */
export const TYPED_FROM = 1_000

export const deedOf = (action: BulkAction): Deed => DEEDS.find((deed) => deed.action === action) ?? (DEEDS[0] as Deed)

const WHOLE = /^[-−]?\d+$/
const PRIORITY_END = 2 ** 31

/** A priority as it was typed, or null when it is none. */
export function priorityFrom(typed: string): number | null {
  const said = typed.trim().replace('−', '-').replace('+', '')
  const priority = Number(said)
  return WHOLE.test(said) && priority >= -PRIORITY_END && priority < PRIORITY_END ? priority : null
}

/** Why the arguments are not complete yet, or null. */
export function missingIn(action: BulkAction, given: BulkArguments): string | null {
  if (action === 'set_priority' && typeof given.priority !== 'number') return 'Write a whole number first, such as −1 or 10.'
  if (action === 'set_batch' && given.batch === undefined) return 'Write the batch first.'
  if (action === 'move_to_step' && !given.step) return 'Say the step first.'
  if (action === 'reserve' && given.member === undefined) return 'Choose who it is for first.'
  return null
}

/** "9,963 will change, 37 will not." */
export function aheadOf({ total, done, unchanged, refused }: { total: number; done: number; unchanged: number; refused: number }): string {
  if (total === 0) return 'Nothing is selected any more.'
  const same = unchanged > 0 ? `${counted(unchanged, 'is so already', 'are so already')}` : null
  if (done === 0) return refused === 0 ? 'Nothing will change: all of it is so already.' : `None will change${same ? `: ${same}` : ''}.`
  const rest = [refused > 0 && `${count(refused)} will not`, same].filter(Boolean)
  return `${done === total ? (total === 1 ? 'It' : `All ${count(total)}`) : count(done)} will change${rest.length > 0 ? `, ${rest.join(', ')}` : ''}.`
}

export const OUTCOME_WORDS = { refused: 'Refused', failed: 'Failed', done: 'Changed', unchanged: 'So already' } as const

/** What is looked at first: what went wrong, where something did. */
export const firstOutcome = (counts: Record<keyof typeof OUTCOME_WORDS, number>): keyof typeof OUTCOME_WORDS | undefined =>
  (Object.keys(OUTCOME_WORDS) as (keyof typeof OUTCOME_WORDS)[]).find((outcome) => counts[outcome] > 0)

/** "9,963 changed, 30 refused." */
export function afterOf({ done, unchanged, refused, failed }: { done: number; unchanged: number; refused: number; failed: number }): string {
  const parts = [
    `${count(done)} changed`,
    unchanged > 0 && `${count(unchanged)} ${unchanged === 1 ? 'was' : 'were'} so already`,
    refused > 0 && `${count(refused)} refused`,
    failed > 0 && `${count(failed)} failed`,
  ].filter(Boolean)
  return `${parts.join(', ')}.`
}

/** What was done, with its arguments: "Priority −3 from label on". */
export function wordsOf(action: BulkAction, given: Record<string, unknown>, isUndo: boolean): string {
  const from = typeof given['from_step'] === 'string' ? ` from ${given['from_step']} on` : ''
  const said: Partial<Record<BulkAction, string>> = {
    set_priority: `Priority ${String(given['priority']).replace('-', '−')}${from}`,
    set_batch: typeof given['batch'] === 'string' ? `Batch ${given['batch']}` : 'Batch cleared',
    reserve: given['member'] ? 'Reserved for a member' : 'Kept for nobody',
    move_to_step: `Moved to ${String(given['step'])}`,
    send_back: typeof given['step'] === 'string' ? `Sent back to ${given['step']}` : 'Sent back',
  }
  const words = said[action] ?? deedOf(action).label.replace('…', '')
  return isUndo ? `Undo: ${words}` : words
}

/** Whole minutes left, told as "48 min left"; null when the time is over. */
export function timeLeft(until: string | null, now: Date): string | null {
  if (!until) return null
  const seconds = Math.floor((new Date(until).getTime() - now.getTime()) / 1000)
  if (seconds <= 0) return null
  return seconds < 60 ? 'less than a minute left' : `${Math.floor(seconds / 60)} min left`
}

export const reasonKey = (reason: BulkReason): string => `${reason.outcome} ${reason.code} ${reason.says}`
