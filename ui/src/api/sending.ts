// Sending files: fetch cannot tell how far it is, XMLHttpRequest can.
import { API, noteSignedOut, unsafeHeaders } from '@/api/http'
import type { File as StoredFile } from '@/api/types'
import { problemFrom, unreachable } from '@/lib/problem'

interface Sending {
  /** 0…1 of the bytes that left this machine. */
  onProgress?: (part: number) => void
  signal?: AbortSignal
  idempotencyKey?: string
}

/** POSTs a form and gives the JSON answer; a refusal is thrown as a Problem. */
export function sendForm<T>(path: string, form: FormData, { onProgress, signal, idempotencyKey }: Sending = {}): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', API + path)
    for (const [name, value] of Object.entries(unsafeHeaders('POST', idempotencyKey))) request.setRequestHeader(name, value)
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total)
    }
    request.onerror = () => reject(unreachable())
    request.onabort = () => reject(new DOMException('Sending was stopped.', 'AbortError'))
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status >= 200 && request.status < 300) return resolve(body as T)
      noteSignedOut(API + path, request.status)
      reject(problemFrom(request.status, body, request.getResponseHeader('x-request-id')))
    }
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.send(form)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** Stores one file; its id is what an input or an answer carries. */
export function sendFile(file: Blob, name: string, sending: Sending = {}): Promise<StoredFile> {
  const form = new FormData()
  form.append('file', file, name)
  return sendForm<StoredFile>('/files', form, sending)
}
