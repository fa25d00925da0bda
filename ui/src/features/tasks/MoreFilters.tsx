// The filters that are needed less often: batch, verdict, people, priority, days, metadata.
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { batchesQuery } from '@/api/tasks'
import type { Member } from '@/api/types'
import { membersQuery } from '@/api/who'
import { Button } from '@/design/Button'
import { Chip } from '@/design/Chip'
import { StatusBadge } from '@/design/StatusBadge'
import { toggled } from '@/features/tasks/Choice'
import { DayFilters } from '@/features/tasks/DayFilters'
import { FilterField } from '@/features/tasks/FilterField'
import css from '@/features/tasks/MoreFilters.module.css'
import { AUDITS, type TaskSearch, isPair } from '@/lib/task-search'

interface MoreFiltersProps {
  search: TaskSearch
  isLead: boolean
  onChange: (change: Partial<TaskSearch>) => void
}

export function MoreFilters({ search, isLead, onChange }: MoreFiltersProps) {
  const members = useQuery({ ...membersQuery, enabled: isLead }).data?.items
  return (
    <div className={css['form']}>
      <BatchFilter search={search} onChange={onChange} />
      <fieldset>
        <legend>Audit</legend>
        <div className={css['checks']}>
          {AUDITS.map((audit) => (
            <label key={audit}>
              <input type="checkbox" checked={search.audit?.includes(audit) ?? false} onChange={() => onChange({ audit: toggled(search.audit, audit) })} />
              <StatusBadge state={audit} />
            </label>
          ))}
        </div>
      </fieldset>
      {isLead && <People title="Reserved by" members={members} chosen={search.reserved_by} onChange={(reserved_by) => onChange({ reserved_by })} />}
      {isLead && <People title="Answered by" members={members} chosen={search.answered_by} onChange={(answered_by) => onChange({ answered_by })} />}
      <fieldset>
        <legend>Priority</legend>
        <div className={css['range']}>
          <FilterField label="Lowest priority" placeholder="from" inputMode="numeric" fits={isWhole} value={search.priority_min?.toString()} onChange={(least) => onChange({ priority_min: numberOf(least) })} />
          <FilterField label="Highest priority" placeholder="to" inputMode="numeric" fits={isWhole} value={search.priority_max?.toString()} onChange={(most) => onChange({ priority_max: numberOf(most) })} />
          <span className="meta">{(search.priority_min ?? -Infinity) > (search.priority_max ?? Infinity) ? 'from is above to: no task fits' : 'lower is handed out earlier'}</span>
        </div>
      </fieldset>
      <DayFilters search={search} onChange={onChange} />
      <Metadata pairs={search.metadata} onChange={(metadata) => onChange({ metadata })} />
      <fieldset>
        <legend>Created by</legend>
        <div className={css['checks']}>
          <label>
            <input type="checkbox" checked={search.mine ?? false} onChange={() => onChange({ mine: search.mine ? undefined : true })} />
            Me
          </label>
        </div>
      </fieldset>
    </div>
  )
}

const isWhole = (said: string) => /^-?\d{1,10}$/.test(said.replace('−', '-'))
const numberOf = (said: string | undefined) => (said === undefined ? undefined : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Number(said.replace('−', '-')))))

function BatchFilter({ search, onChange }: Pick<MoreFiltersProps, 'search' | 'onChange'>) {
  const [part, setPart] = useState(search.batch_contains !== undefined)
  const said = part ? search.batch_contains : search.batch
  const names = useQuery(batchesQuery(said ?? '', search.project?.length === 1 ? search.project[0] : undefined)).data?.items ?? []
  const list = useId()
  const apply = (isPart: boolean, text: string | undefined) => onChange(isPart ? { batch_contains: text, batch: undefined } : { batch: text, batch_contains: undefined })
  return (
    <fieldset>
      <legend>Batch</legend>
      <div className={css['range']}>
        <select aria-label="How the batch is compared" value={part ? 'part' : 'whole'} onChange={(event) => { setPart(event.target.value === 'part'); if (said) apply(event.target.value === 'part', said) }}>
          <option value="whole">is</option>
          <option value="part">contains</option>
        </select>
        <FilterField label="Batch" placeholder="Batch" wide list={list} value={said} onChange={(text) => apply(part, text)} />
        <datalist id={list}>{names.map((name) => <option key={name} value={name} />)}</datalist>
      </div>
    </fieldset>
  )
}

function People({ title, members = [], chosen, onChange }: { title: string; members: Member[] | undefined; chosen: string[] | undefined; onChange: (chosen: string[] | undefined) => void }) {
  const others = members.filter((member) => !chosen?.includes(member.id))
  return (
    <fieldset>
      <legend>{title}</legend>
      <div className={css['picked']}>
        {chosen?.map((id) => <Chip key={id} label="" value={members.find((member) => member.id === id)?.name ?? id} onRemove={() => onChange(toggled(chosen, id))} />)}
        <select aria-label={title} value="" onChange={(event) => event.target.value && onChange(toggled(chosen, event.target.value))}>
          <option value="">{chosen ? 'or somebody else' : 'Anybody'}</option>
          {others.map((member) => <option key={member.id} value={member.id}>{member.name}</option>)}
        </select>
      </div>
    </fieldset>
  )
}

function Metadata({ pairs, onChange }: { pairs: string[] | undefined; onChange: (pairs: string[] | undefined) => void }) {
  const [typed, setTyped] = useState('')
  const pair = typed.trim()
  const why = pair === '' ? 'Write a key, = and a value first' : !isPair(pair) ? 'A pair is written key=value' : (pairs?.length ?? 0) >= 10 ? 'Ten pairs are the most' : null
  const add = () => {
    if (why) return
    onChange([...new Set([...(pairs ?? []), pair])])
    setTyped('')
  }
  return (
    <fieldset>
      <legend>Metadata</legend>
      <div className={css['picked']}>
        {pairs?.map((each) => <Chip key={each} label="" value={each} onRemove={() => onChange(toggled(pairs, each))} />)}
        <form className={css['range']} onSubmit={(event) => { event.preventDefault(); add() }}>
          <input aria-label="Metadata, key=value" placeholder="key=value" value={typed} maxLength={500} onChange={(event) => setTyped(event.target.value)} />
          <Button small type="submit" disabledReason={why}>Add</Button>
        </form>
      </div>
    </fieldset>
  )
}
