// Looks into the beginning of a chosen file, on this machine, for the names it uses.
import { useEffect, useState } from 'react'
import type { JsonSchema } from '@/api/types'
import { HEAD_BYTES, formatOf, namesIn } from '@/lib/file-head'

export function useNamesIn(file: File | null, schema: JsonSchema | undefined): string[] | null {
  const [head, setHead] = useState<{ file: File; text: string } | null>(null)
  useEffect(() => {
    let isCurrent = true
    void file
      ?.slice(0, HEAD_BYTES)
      .text()
      .then((text) => isCurrent && setHead({ file, text }))
      .catch(() => undefined) // what cannot be read here is refused in words when it is sent
    return () => {
      isCurrent = false
    }
  }, [file])
  const format = file && formatOf(file.name)
  if (!file || !format || head?.file !== file || !schema) return null
  return namesIn(head.text, format, Object.keys(schema.properties ?? {}))
}
