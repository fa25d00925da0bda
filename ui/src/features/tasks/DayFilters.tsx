// Days of creation, of completion and of the last submission, in the zone one thinks in.
import { FilterField } from '@/features/tasks/FilterField'
import css from '@/features/tasks/MoreFilters.module.css'
import { useRemembered } from '@/lib/remember'
import { SPANS, type Span, type TaskSearch } from '@/lib/task-search'
import { LOCAL, PACIFIC, PRESETS, UTC, dayIn, dayMeant, isDay, isMoving, knownZone, localZone } from '@/lib/zones'

const TITLES: Record<Span, string> = { created: 'Created', completed: 'Completed', submitted: 'Submitted' }

interface DayFiltersProps {
  search: TaskSearch
  onChange: (change: Partial<TaskSearch>) => void
}

export function DayFilters({ search, onChange }: DayFiltersProps) {
  const [usual, setUsual] = useRemembered<string>('tasks.zone', LOCAL)
  const here = localZone()
  const ends = SPANS.flatMap((span) => [search[`${span}_from`], search[`${span}_to`]])
  const chosen = !ends.some(Boolean) ? usual : search.zone === here ? LOCAL : (search.zone ?? UTC)
  const zone = chosen === LOCAL ? here : chosen
  // Days that move are meant where the reader is, whoever it is; a day of the calendar stays the one that was chosen.
  const kept = (choice: string, of: (string | undefined)[]) => (choice === LOCAL && of.some(isMoving) ? LOCAL : knownZone(choice === LOCAL ? here : choice))
  const choices = [
    { value: UTC, says: UTC },
    { value: PACIFIC, says: PACIFIC },
    { value: LOCAL, says: `Local, ${here}` },
    ...([UTC, PACIFIC, LOCAL].includes(chosen) ? [] : [{ value: chosen, says: chosen }]),
  ]
  const take = (choice: string) => {
    setUsual(choice)
    if (ends.some(Boolean)) onChange({ zone: kept(choice, ends) })
  }
  const setSpan = (span: Span, from: string | undefined, to: string | undefined) =>
    onChange({ [`${span}_from`]: from, [`${span}_to`]: to, zone: kept(chosen, [...SPANS.filter((one) => one !== span).flatMap((one) => [search[`${one}_from`], search[`${one}_to`]]), from, to]) })
  return (
    <fieldset>
      <legend>Days</legend>
      <div className={css['days']}>
        {SPANS.map((span) => (
          <Days key={span} title={TITLES[span]} from={search[`${span}_from`]} to={search[`${span}_to`]} today={dayIn(zone, new Date())} onChange={(from, to) => setSpan(span, from, to)} />
        ))}
        <span className={css['title']}>Zone</span>
        <select aria-label="Zone of the days" value={chosen} onChange={(event) => take(event.target.value)}>
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
  const preset = PRESETS.find((one) => one.from === from && one.to === to)?.says
  const pick = (says: string) => {
    const picked = PRESETS.find((one) => one.says === says)
    onChange(picked?.from, picked?.to)
  }
  return (
    <>
      <span className={css['title']}>{title}</span>
      <select aria-label={`${title}, usual days`} value={preset ?? (from || to ? 'given' : '')} onChange={(event) => pick(event.target.value)}>
        <option value="">Any day</option>
        {PRESETS.map(({ says }) => <option key={says}>{says}</option>)}
        {!preset && (from || to) && <option value="given">These days</option>}
      </select>
      <FilterField type="date" label={`${title} from`} value={from && dayMeant(from, today)} fits={isDay} max="2999-12-31" onChange={(day) => onChange(day, to)} />
      <FilterField type="date" label={`${title} to`} value={to && dayMeant(to, today)} fits={isDay} max="2999-12-31" onChange={(day) => onChange(from, day)} />
    </>
  )
}
