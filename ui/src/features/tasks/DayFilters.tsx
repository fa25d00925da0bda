// Days of creation, of completion and of the last submission, in the zone one thinks in.
import { FilterField } from '@/features/tasks/FilterField'
import css from '@/features/tasks/MoreFilters.module.css'
import { useRemembered } from '@/lib/remember'
import { SPANS, type Span, type TaskSearch } from '@/lib/task-search'
import { PACIFIC, PRESETS, UTC, dayIn, isDay, knownZone, localZone } from '@/lib/zones'

const LOCAL = 'local'
const TITLES: Record<Span, string> = { created: 'Created', completed: 'Completed', submitted: 'Submitted' }

interface DayFiltersProps {
  search: TaskSearch
  onChange: (change: Partial<TaskSearch>) => void
}

export function DayFilters({ search, onChange }: DayFiltersProps) {
  const [usual, setUsual] = useRemembered<string>('tasks.zone', LOCAL)
  const here = localZone()
  const meant = (choice: string) => (choice === LOCAL ? here : choice)
  const isDated = SPANS.some((span) => search[`${span}_from`] ?? search[`${span}_to`])
  const zone = isDated ? (search.zone ?? UTC) : meant(usual)
  const choices = [
    { value: UTC, says: UTC },
    { value: PACIFIC, says: PACIFIC },
    ...(here === UTC ? [] : [{ value: LOCAL, says: `Local, ${here}` }]),
    ...([UTC, PACIFIC, here].includes(zone) ? [] : [{ value: zone, says: zone }]),
  ]
  const take = (choice: string) => {
    setUsual(choice)
    if (isDated) onChange({ zone: knownZone(meant(choice)) })
  }
  const setSpan = (span: Span, from: string | undefined, to: string | undefined) => onChange({ [`${span}_from`]: from, [`${span}_to`]: to, zone: knownZone(zone) })
  return (
    <fieldset>
      <legend>Days</legend>
      <div className={css['days']}>
        {SPANS.map((span) => (
          <Days key={span} title={TITLES[span]} from={search[`${span}_from`]} to={search[`${span}_to`]} today={dayIn(zone, new Date())} onChange={(from, to) => setSpan(span, from, to)} />
        ))}
        <span className={css['title']}>Zone</span>
        <select aria-label="Zone of the days" value={zone === here && here !== UTC ? LOCAL : zone} onChange={(event) => take(event.target.value)}>
          {choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.says}</option>)}
        </select>
      </div>
    </fieldset>
  )
}

interface DaysProps {
  title: string
  from: string | undefined
  to: string | undefined
  today: string
  onChange: (from: string | undefined, to: string | undefined) => void
}

function Days({ title, from, to, today, onChange }: DaysProps) {
  const preset = PRESETS.find(({ days }) => days(today)[0] === from && days(today)[1] === to)?.says
  const pick = (says: string) => {
    const [first, last] = PRESETS.find((one) => one.says === says)?.days(today) ?? []
    onChange(first, last)
  }
  return (
    <>
      <span className={css['title']}>{title}</span>
      <select aria-label={`${title}, usual days`} value={preset ?? (from || to ? 'given' : '')} onChange={(event) => pick(event.target.value)}>
        <option value="">Any day</option>
        {PRESETS.map(({ says }) => <option key={says}>{says}</option>)}
        {!preset && (from || to) && <option value="given">These days</option>}
      </select>
      <FilterField type="date" label={`${title} from`} value={from} fits={isDay} max="2999-12-31" onChange={(day) => onChange(day, to)} />
      <FilterField type="date" label={`${title} to`} value={to} fits={isDay} max="2999-12-31" onChange={(day) => onChange(from, day)} />
    </>
  )
}
