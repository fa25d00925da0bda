// How code looks in the editor: our tokens, so that light and dark come by themselves.
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { type Extension } from '@codemirror/state'
import { Decoration, EditorView, MatchDecorator, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view'
import { tags } from '@lezer/highlight'

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'var(--bg)', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.62', overflow: 'auto' },
  '.cm-content': { padding: '10px 0 40px', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 16px 0 8px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)', borderLeftWidth: '1.5px' },
  '.cm-gutters': { backgroundColor: 'var(--bg)', color: 'var(--text-disabled)', border: '0', paddingLeft: '4px' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '28px', padding: '0 6px 0 4px', fontVariantNumeric: 'tabular-nums' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--text) 4%, transparent)' },
  '&.cm-focused .cm-activeLineGutter': { color: 'var(--text-2)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': { backgroundColor: 'color-mix(in srgb, var(--accent) 24%, transparent)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--bg-active)', outline: 'none' },
  '.cm-gutter-lint': { width: '16px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0 1px' },
  '.cm-lint-marker-error': { content: 'none', width: '8px', height: '8px', margin: '6px 3px', borderRadius: '50%', backgroundColor: 'var(--status-failed)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--status-failed) 1px', textUnderlineOffset: '3px' },
  '.cm-lintRange-active': { backgroundColor: 'var(--soft-failed)' },
  '.cm-tooltip': { border: '0', borderRadius: '6px', backgroundColor: 'var(--bg-raised)', boxShadow: 'var(--raised)', overflow: 'hidden' },
  '.cm-diagnostic': { maxWidth: '420px', padding: '7px 10px', borderLeft: '0', fontFamily: 'var(--font)', fontSize: '13px', whiteSpace: 'normal' },
  '.cm-diagnostic + .cm-diagnostic': { borderTop: 'var(--hairline)' },
  '.cm-diagnostic-mend': { display: 'block', marginTop: '3px', color: 'var(--text-2)' },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '12.5px', maxHeight: '220px' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px !important', color: 'var(--text)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--bg-active)', color: 'var(--text)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '650' },
  '.cm-completionDetail': { marginLeft: '12px', fontStyle: 'normal', fontFamily: 'var(--font)', color: 'var(--text-3)' },
  '.cm-reference': { borderRadius: '3px', backgroundColor: 'var(--accent-soft)', color: 'var(--accent-text)' },
  '.cm-reference *': { color: 'inherit' },
})

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--text)', fontWeight: '600' },
  { tag: [tags.string, tags.content, tags.attributeValue], color: 'var(--text-2)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: [tags.number, tags.bool, tags.keyword, tags.null], color: 'var(--accent-text)' },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace, tags.meta], color: 'var(--text-3)' },
])

// `{{ find.text }}` is where a step takes something from: it should be seen among the words.
const matcher = new MatchDecorator({ regexp: /\{\{[^{}\n]*\}\}/g, decoration: Decoration.mark({ class: 'cm-reference' }) })
const references = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = matcher.createDeco(view)
    }
    update(update: ViewUpdate) {
      this.decorations = matcher.updateDeco(update, this.decorations)
    }
  },
  { decorations: (plugin) => plugin.decorations },
)

export const codeLook: Extension = [look, syntaxHighlighting(colours), references]
