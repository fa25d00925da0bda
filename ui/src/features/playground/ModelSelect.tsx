// Which model does it: those that cannot are shown with the reason, and the chosen one says what it finds.
import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { modelsQuery } from '@/api/models'
import type { Model } from '@/api/types'
import { ProblemNotice } from '@/design/Notice'
import css from '@/features/playground/Trial.module.css'
import { counted } from '@/lib/format'

export const usePictureModels = () => {
  const models = useQuery(modelsQuery)
  const items = (models.data?.items ?? []).filter((model) => model.kinds.includes('annotate'))
  return { ...models, items, usual: items.find((model) => model.available)?.name }
}

export function ModelSelect({ value, onChange }: { value: string | undefined; onChange: (name: string) => void }) {
  const models = usePictureModels()
  const named = new Map(models.items.map((model) => [model.name, model]))
  const chosen = value ? named.get(value) : undefined
  return (
    <div className={css['model']}>
      <Select
        label="Model"
        size="sm"
        allowDeselect={false}
        placeholder={models.isPending ? 'Looking…' : 'None'}
        data={models.items.map((model) => ({ value: model.name, label: model.title, disabled: !model.available }))}
        value={value ?? null}
        onChange={(name) => name && onChange(name)}
        renderOption={({ option }) => <Choice model={named.get(option.value)} />}
        maxDropdownHeight={320}
      />
      {chosen && (
        <p className={css['finds']}>
          Finds {chosen.finds}. {chosen.credits === 0 ? 'Costs nothing.' : `Costs ${counted(chosen.credits, 'credit')} a run.`}
        </p>
      )}
      <ProblemNotice problem={models.error} onRetry={() => void models.refetch()} />
    </div>
  )
}

const Choice = ({ model }: { model: Model | undefined }) =>
  model ? (
    <span className={css['choice']}>
      <span>{model.title}</span>
      <span className="meta">{model.available ? model.name : (model.reason ?? 'Not available now.')}</span>
    </span>
  ) : null
