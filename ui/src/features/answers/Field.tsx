// One field of a schema form: its title, its input by kind, what is wrong with it.
import { type ReactNode, useId, useState } from 'react'
import type { JsonSchema } from '@/api/types'
import { Choices } from '@/features/answers/Choices'
import css from '@/features/answers/Form.module.css'
import { useForm } from '@/features/answers/form-context'
import { ListField, ObjectField } from '@/features/answers/Groups'
import { readNumber } from '@/features/answers/numbers'
import { type FieldKind, kindOf, optionsOf, resolved, titleOf } from '@/features/answers/schema'
import { UNREAD, isUnread } from '@/features/answers/schema-check'
import { type Path, isSame, placeOf } from '@/lib/at-path'

interface FieldProps {
  name: string
  schema: JsonSchema
  path: Path
  value: unknown
  isRequired: boolean
  /** Another title than the field's own, as the number of an entry. */
  title?: string
  actions?: ReactNode
}

export interface InputProps {
  id: string
  schema: JsonSchema
  path: Path
  value: unknown
  title: string
  describedBy?: string
  isWrong: boolean
}

export function Field({ name, schema: written, path, value, isRequired, title: given, actions }: FieldProps) {
  const { root, saysAt, isSuggested, touch } = useForm()
  const id = useId()
  const schema = resolved(written, root)
  const kind = kindOf(schema, root)
  const title = given ?? titleOf(name, schema)
  const place = placeOf(path)
  const problem = saysAt(place)
  const isGroup = kind === 'object' || kind === 'list'
  const isLabelled = !isGroup && kind !== 'choice' && kind !== 'choices' && kind !== 'yesno'
  const Title = isLabelled ? 'label' : 'div'
  const Input = INPUTS[kind]
  return (
    <div className={`${css['field']} ${isGroup ? css['group'] : ''}`} data-place={place} data-wrong={Boolean(problem) || undefined} onFocus={() => touch(place)}>
      <div className={css['heading']}>
        <Title className={css['title']} {...(isLabelled ? { htmlFor: id } : {})}>
          {title}
          {!isRequired && <span className={css['optional']}>optional</span>}
        </Title>
        {!isGroup && isSuggested(path) && <span className={css['suggested']}>prefilled</span>}
        {actions}
      </div>
      {schema.description && <p className={css['description']} id={`${id}-about`}>{schema.description}</p>}
      <Input id={id} schema={schema} path={path} value={value} title={title} isWrong={Boolean(problem)} describedBy={problem ? `${id}-wrong` : schema.description ? `${id}-about` : undefined} />
      {problem && <p className={css['problem']} id={`${id}-wrong`} role="alert">{problem}</p>}
    </div>
  )
}

const shared = ({ id, describedBy, isWrong }: InputProps) => ({ id, 'aria-describedby': describedBy, 'aria-invalid': isWrong || undefined })

function TextField(props: InputProps) {
  const { set } = useForm()
  const types: Record<string, string> = { email: 'email', uri: 'url' }
  return <input {...shared(props)} className={css['input']} type={types[props.schema.format ?? ''] ?? 'text'} placeholder={example(props.schema)} value={asText(props.value)} onChange={(event) => set(props.path, event.target.value || undefined)} />
}

function LongTextField(props: InputProps) {
  const { set } = useForm()
  return <textarea {...shared(props)} className={css['input']} rows={4} placeholder={example(props.schema)} value={asText(props.value)} onChange={(event) => set(props.path, event.target.value || undefined)} />
}

/** A number as it is typed; what is no number stays as text and is refused with a sentence. */
function NumberField(props: InputProps) {
  const { set } = useForm()
  const [typed, setTyped] = useState(asText(props.value))
  const shown = isSame(readNumber(typed), props.value) ? typed : asText(props.value)
  const unit = props.schema['x-unit']
  return (
    <div className={css['measured']}>
      <input
        {...shared(props)}
        className={`${css['input']} ${css['number']}`}
        inputMode={props.schema.type === 'integer' ? 'numeric' : 'decimal'}
        autoComplete="off"
        placeholder={example(props.schema)}
        value={shown}
        onChange={(event) => {
          setTyped(event.target.value)
          set(props.path, readNumber(event.target.value))
        }}
      />
      {typeof unit === 'string' && <span className="meta">{unit}</span>}
    </div>
  )
}

function DateField(props: InputProps) {
  const { set } = useForm()
  return <input {...shared(props)} className={`${css['input']} ${css['date']}`} type="date" value={asText(props.value)} onChange={(event) => set(props.path, event.target.value || undefined)} />
}

/** A moment in the reader's own zone; kept as universal time. */
function MomentField(props: InputProps) {
  const { set } = useForm()
  const moment = typeof props.value === 'string' ? new Date(props.value) : null
  const local = moment && !Number.isNaN(moment.getTime()) ? new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 19) : ''
  return <input {...shared(props)} className={`${css['input']} ${css['date']}`} type="datetime-local" step={1} value={local} onChange={(event) => set(props.path, event.target.value ? new Date(event.target.value).toISOString() : undefined)} />
}

function ChoiceField({ id, schema, path, value, title, describedBy }: InputProps) {
  const { set, isSuggested, touch } = useForm()
  const choose = (next: unknown) => {
    touch(placeOf(path))
    set(path, isSame(next, value) ? undefined : next)
  }
  return <Choices id={id} label={title} options={optionsOf(schema) ?? []} chosen={value === undefined ? [] : [value]} isMultiple={false} onChoose={choose} isSuggested={isSuggested(path)} describedBy={describedBy} />
}

function ChoicesField({ id, schema, path, value, title, describedBy }: InputProps) {
  const { root, set } = useForm()
  const options = optionsOf(resolved(schema.items, root)) ?? []
  const chosen = Array.isArray(value) ? (value as unknown[]) : []
  const isOn = (one: unknown) => chosen.some((other) => isSame(one, other))
  const toggle = (next: unknown) => set(path, options.map((option) => option.value).filter((one) => (isSame(one, next) ? !isOn(one) : isOn(one))))
  return <Choices id={id} label={title} options={options} chosen={chosen} isMultiple onChoose={toggle} describedBy={describedBy} />
}

const YES_NO = [{ value: true, title: 'Yes' }, { value: false, title: 'No' }]

function YesNoField({ id, path, value, title, describedBy }: InputProps) {
  const { set } = useForm()
  return <Choices id={id} label={title} options={YES_NO} chosen={value === undefined ? [] : [value]} isMultiple={false} onChoose={(next) => set(path, isSame(next, value) ? undefined : next)} describedBy={describedBy} />
}

/** What no form can say: the value as JSON. */
function JsonField(props: InputProps) {
  const { set } = useForm()
  const written = isUnread(props.value) ? props.value[UNREAD] : props.value === undefined ? '' : JSON.stringify(props.value, null, 2)
  const [typed, setTyped] = useState(written)
  const shown = isSame(readJson(typed), props.value) ? typed : written
  return (
    <textarea
      {...shared(props)}
      className={`${css['input']} mono`}
      rows={5}
      spellCheck={false}
      placeholder="JSON"
      value={shown}
      onChange={(event) => {
        setTyped(event.target.value)
        set(props.path, readJson(event.target.value))
      }}
    />
  )
}

function readJson(typed: string): unknown {
  if (typed.trim() === '') return undefined
  try {
    return JSON.parse(typed) as unknown
  } catch {
    return { [UNREAD]: typed }
  }
}

const asText = (value: unknown): string => (value === undefined || value === null ? '' : typeof value === 'string' ? value : String(value))
const example = (schema: JsonSchema): string | undefined => (schema.examples?.[0] === undefined ? undefined : `e.g. ${asText(schema.examples[0])}`)

const INPUTS: Record<FieldKind, (props: InputProps) => ReactNode> = {
  choice: ChoiceField, choices: ChoicesField, text: TextField, longtext: LongTextField, number: NumberField, yesno: YesNoField,
  date: DateField, datetime: MomentField, object: ObjectField, list: ListField, json: JsonField,
}
