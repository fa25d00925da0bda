// A text editor for flows: YAML in our tokens, problems at their lines, and a handle to jump to them.
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language'
import { lintGutter, nextDiagnostic, previousDiagnostic, setDiagnostics } from '@codemirror/lint'
import { Compartment, EditorState } from '@codemirror/state'
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view'
import { type Ref, useEffect, useEffectEvent, useImperativeHandle, useRef } from 'react'
import type { FlowProblem } from '@/api/types'
import { codeLook } from '@/features/studio/code-look'
import { marksOf } from '@/features/studio/flow-marks'
import css from '@/features/studio/Flow.module.css'

export interface EditorHandle {
  goTo: (line: number, column?: number | null) => void
  nextProblem: (by: 1 | -1) => void
}

interface CodeEditorProps {
  value: string
  label: string
  /** A sentence: it can be read and not changed. */
  readOnly: string | null
  onChange?: (value: string) => void
  problems?: FlowProblem[]
  /** The text in which the problems were found. */
  checked?: string
  ref?: Ref<EditorHandle>
}

const fixed = new Compartment()
const only = (readOnly: string | null) => [EditorState.readOnly.of(readOnly !== null), EditorView.editable.of(readOnly === null)]

export default function CodeEditor({ value, label, readOnly, onChange, problems, checked, ref }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const told = useEffectEvent((text: string) => onChange?.(text))
  const made = useEffectEvent((parent: HTMLElement) => {
    const extensions = [
      lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), drawSelection(), history(), indentOnInput(), bracketMatching(), closeBrackets(),
      indentUnit.of('  '), EditorState.tabSize.of(2), yaml(), lintGutter(), codeLook, fixed.of(only(readOnly)),
      keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
      EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
      EditorView.updateListener.of((update) => update.docChanged && told(update.state.doc.toString())),
    ]
    return new EditorView({ parent, state: EditorState.create({ doc: value, extensions }) })
  })

  useEffect(() => {
    if (!place.current) return
    const editor = made(place.current)
    view.current = editor
    return () => {
      view.current = null
      editor.destroy()
    }
  }, [])

  useEffect(() => {
    const editor = view.current
    if (!editor || editor.state.doc.toString() === value) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
  }, [value])

  useEffect(() => view.current?.dispatch({ effects: fixed.reconfigure(only(readOnly)) }), [readOnly])

  useEffect(() => {
    const editor = view.current
    // Marks of another text would stand at the wrong words.
    if (!editor || !problems || editor.state.doc.toString() !== checked) return
    editor.dispatch(setDiagnostics(editor.state, marksOf(editor.state.doc, problems)))
  }, [problems, checked, value])

  useImperativeHandle(ref, () => ({
    goTo: (line, column) => {
      const editor = view.current
      if (!editor) return
      const found = editor.state.doc.line(Math.min(Math.max(1, line), editor.state.doc.lines))
      const at = found.from + Math.min(Math.max(0, (column ?? 1) - 1), found.length)
      editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
      editor.focus()
    },
    nextProblem: (by) => {
      if (!view.current) return
      const jump = by === 1 ? nextDiagnostic : previousDiagnostic
      jump(view.current)
      view.current.focus()
    },
  }))

  return <div ref={place} className={css['code']} title={readOnly ?? undefined} />
}
