// The flows a new project can begin with; each of them can be published as it stands.
import boxesNotes from '@/features/studio/templates/boxes.md?raw'
import boxes from '@/features/studio/templates/boxes.yaml?raw'
import messagesNotes from '@/features/studio/templates/messages.md?raw'
import messages from '@/features/studio/templates/messages.yaml?raw'
import receiptsNotes from '@/features/studio/templates/receipts.md?raw'
import receipts from '@/features/studio/templates/receipts.yaml?raw'

export interface FlowTemplate {
  key: string
  title: string
  says: string
  steps: { id: string; use: string; by: string[] }[]
  flow: string
  instructions: string
}

export const TEMPLATES: FlowTemplate[] = [
  {
    key: 'boxes',
    title: 'Boxes on pictures',
    says: 'People draw labelled boxes. One step, nothing to set up.',
    steps: [{ id: 'draw', use: 'annotate', by: ['people'] }],
    flow: boxes,
    instructions: boxesNotes,
  },
  {
    key: 'receipts',
    title: 'Receipts',
    says: 'A model finds the lines, people correct them and read off the total, the date and the currency.',
    steps: [{ id: 'find', use: 'annotate', by: ['local/text'] }, { id: 'label', use: 'annotate', by: ['people'] }, { id: 'amount', use: 'fill', by: ['people'] }],
    flow: receipts,
    instructions: receiptsNotes,
  },
  {
    key: 'messages',
    title: 'Messages',
    says: 'A model suggests a label, people decide, and those about money get three more answers.',
    steps: [{ id: 'suggest', use: 'classify', by: ['local/labels'] }, { id: 'label', use: 'classify', by: ['people'] }, { id: 'details', use: 'fill', by: ['people'] }],
    flow: messages,
    instructions: messagesNotes,
  },
]
