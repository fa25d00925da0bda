// What every field of a form reaches for: the whole schema, how to change a value, what was refused.
import { createContext, use } from 'react'
import type { JsonSchema } from '@/api/types'
import type { Path } from '@/lib/at-path'

export interface FormRoom {
  root: JsonSchema
  set: (path: Path, value: unknown) => void
  saysAt: (place: string) => string | undefined
  isSuggested: (path: Path) => boolean
  touch: (place: string) => void
}

export const FormContext = createContext<FormRoom | null>(null)

export function useForm(): FormRoom {
  const room = use(FormContext)
  if (!room) throw new Error('A field stands outside a form.')
  return room
}
