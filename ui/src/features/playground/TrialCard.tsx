// A new task: a picture in the middle, the prompt and the model beside it, and one thing to press.
import { Textarea } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { useState } from 'react'
import { useTry } from '@/api/playground'
import { Button } from '@/design/Button'
import { ProblemNotice } from '@/design/Notice'
import { DropField } from '@/features/playground/DropField'
import { ModelSelect, usePictureModels } from '@/features/playground/ModelSelect'
import { EXAMPLE, EXAMPLE_PROMPT, type Picked } from '@/features/playground/picked'
import css from '@/features/playground/Trial.module.css'
import { useHotkeys } from '@/lib/hotkeys'

interface TrialCardProps {
  project: string
  /** Nobody has tried anything yet: an example stands ready. */
  first: boolean
  /** Why this member may not submit, or null. */
  refused: string | null
  onStarted: (task: string) => void
}

const SUGGESTIONS = ['every line item and the total', 'all dates', 'every amount of money', 'all lines of text']

export function TrialCard({ project, first, refused, onStarted }: TrialCardProps) {
  const [own, setOwn] = useState<Picked | null | undefined>(undefined)
  const [typed, setTyped] = useState<string | null>(null)
  const [model, setModel] = useState<string | undefined>(undefined)
  const [sent, setSent] = useState(0)
  const { usual, isPending } = usePictureModels()
  const submit = useTry(project)

  const picked = own === undefined ? (first ? EXAMPLE : null) : own
  const prompt = typed ?? (first && picked === EXAMPLE ? EXAMPLE_PROMPT : '')
  const chosen = model ?? usual
  const whyNot =
    refused ??
    (!picked ? 'Choose a picture first.' : !prompt.trim() ? 'Say what to find.' : !chosen && !isPending ? 'No model can do this now.' : null)

  const pick = (next: Picked | null) => {
    if (own?.blob) URL.revokeObjectURL(own.url)
    setOwn(next)
  }
  const example = () => {
    pick(EXAMPLE)
    if (!prompt) setTyped(EXAMPLE_PROMPT)
  }
  const start = () => {
    if (whyNot || !picked || submit.isPending) return
    setSent(0)
    submit.mutate({ picture: picked.blob ?? picked.url, name: picked.name, prompt: prompt.trim(), model: chosen, onProgress: setSent }, { onSuccess: onStarted })
  }
  useHotkeys([{ keys: 'mod+enter', says: 'Submit', group: 'Playground', whileTyping: true, run: start }])

  return (
    <div className={css['card']}>
      <DropField picked={picked} onPick={pick} onExample={example} />
      <form
        className={css['side']}
        aria-label="Image and prompt"
        onSubmit={(event) => {
          event.preventDefault()
          start()
        }}
      >
        <h2>Image &amp; prompt</h2>
        {first && picked === EXAMPLE && <p className={css['hint']}>An example is ready. Press Submit to see what a model finds, or drop a picture of your own.</p>}
        <Textarea label="Prompt" placeholder="What to find, in words" autosize minRows={3} maxRows={10} value={prompt} onChange={(event) => setTyped(event.currentTarget.value)} />
        <div className={css['suggestions']} aria-label="Prompts to begin with">
          {SUGGESTIONS.filter((one) => one !== prompt).map((one) => (
            <button key={one} type="button" onClick={() => setTyped(one)}>{one}</button>
          ))}
        </div>
        <ModelSelect value={chosen} onChange={setModel} />
        <ProblemNotice problem={submit.error} />
        <Button look="primary" type="submit" icon={<IconSparkles size={15} />} keys="mod+enter" disabledReason={whyNot} pending={submit.isPending}>
          {submit.isPending ? (sent < 1 ? `Sending ${Math.round(sent * 100)} %` : 'Starting') : 'Submit'}
        </Button>
      </form>
    </div>
  )
}
