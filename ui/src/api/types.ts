// The nouns of the API under the names the pages use; their shapes come from the server's own document.
import type { components } from '@/api/schema.gen'

type Said = components['schemas']

export type Id = string
export type Json = Record<string, unknown>

/** A page of anything: what the server says of a list beside its items is the same everywhere. */
export type Page<T> = Omit<Said['Page_TaskRow_'], 'items'> & { items: T[] }

export type Named = Said['Named']
export type Role = Said['Role']
export type Me = Said['Me']
export type Member = Said['MemberSaid']
export type Invitation = Said['InvitationSaid']
/** `key` is there only in the answer that made it. */
export type Key = Said['KeySaid']

export interface JsonSchema {
  type?: string | string[]
  title?: string
  description?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  enum?: unknown[]
  const?: unknown
  format?: string
  default?: unknown
  examples?: unknown[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  $ref?: string
  $defs?: Record<string, JsonSchema>
  'x-kind'?: string
  [more: string]: unknown
}

export type Project = Said['ProjectSaid']
export type ProjectChange = Said['ChangeProject']
export type NewProject = Said['NewProject']
export type FlowProblem = Partial<Said['FlowProblem']> & { says: string }
export type Draft = Said['Draft']
export type Version = Said['VersionSaid']
/** What a project takes and gives, as JSON Schema, and an input that fits. */
export type ProjectSchema = Omit<Said['SchemaSaid'], 'input'> & { input: JsonSchema }

export type File = Said['FileSaid']
/** One event of a task on its way to its callback URL, with every attempt. */
export type Delivery = Said['DeliverySaid']

export type TaskStatus = Said['TaskStatus']
export type TaskRow = Said['TaskRow']
export type TaskPage = Said['TaskPage']
export type NewTask = Said['NewTaskBody']
/** A saved view of the task list; `query` is what the page keeps in its address. */
export type View = Said['ViewSaid']
export type Fact = Said['FactSaid']
export type Answer = Said['taskyard__views__schemas__AnswerSaid']

export type RunState = Said['RunState']
export type RunSettings = Said['RunSettings']
export type StepError = Said['StepRunError']
/** One performer's turn at one step. */
export type StepRun = Said['Turn']
export type RunStep = Said['RunStep']
export type Run = Said['Run']
export type Model = Said['ModelSaid']
export type StepKind = Said['StepKindSaid']

export type Reservation = Said['ReservationSaid']
/** A task in somebody's hand, in a list. */
export type HeldTask = Said['Held']
/** What was handed out: the reservation, the turn, and the task with its input. */
export type Hold = Omit<Said['HoldSaid'], 'task'> & { task: Omit<Said['HeldTask'], 'files'> & { files: Record<Id, File> } }
/** A member with work in hand, or kept for them. */
export type Holder = Said['HolderRow']
/** A task kept for somebody, and not yet taken. */
export type KeptTask = Said['KeptRow']
/** What somebody would be handed, and why then. */
export type Upcoming = Said['Next']
export type ReleaseKept = Said['ReleaseKept']
export type ReleaseMany = Said['ReleaseMany']
export type WorkHome = Said['WorkHome']

export type UploadState = Said['UploadState']
export type UploadMode = Said['UploadMode']
export type Upload = Said['UploadSaid']
export type UploadRowError = Said['RowErrorSaid']
/** What a file would make, before it is uploaded. */
export type UploadPreview = Said['PreviewSaid']
/** Where each column goes; null leaves it out. */
export type ColumnMapping = Record<string, string | null>

export type ArchiveAsk = Said['ArchiveAsk']
export type Archive = Said['ArchiveSaid']
export type ArchiveItem = Said['ArchiveItemSaid']
export type ArchiveLook = Said['ArchiveLook']
export type ArchiveOutcome = Said['ItemOutcome']
export type ExportFormat = Said['ExportFormat']
export type ExportAnswers = Said['Answers']
export type ExportInclude = Said['Include']
export type ExportAsk = Said['ExportAsk']
export type Export = Said['ExportSaid']
/** Who is given what changed since the last export. */
export type Consumer = Said['ConsumerSaid']
export type BulkAction = Said['Action']
export type BulkArguments = Said['Arguments']
export type BulkAsked = Said['BulkAsked']
export type Bulk = Said['BulkSaid']
/** What became of one task. */
export type BulkItem = Said['ItemSaid']
/** With why what was refused was. */
export type BulkPage = Said['BulkPage']
export type BulkReason = Said['ReasonSaid']
export type DryRun = Said['DryRun']

export interface Region {
  id: string
  label: string
  shape: 'rectangle' | 'polygon' | 'point'
  /** x, y, width, height in pixels of the upright picture. */
  box?: [number, number, number, number]
  points?: [number, number][]
  text?: string
  score?: number
}

/** One change somewhere in the workspace, as the list stream tells it. */
export interface LiveFact {
  name: string
  noun: string
  id: Id
  task_id: Id | null
  run_id: Id | null
  project_id: Id | null
}
