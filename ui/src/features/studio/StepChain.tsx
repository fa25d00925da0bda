// The steps of a flow in one line: what is done, and by whom.
import { IconCpu, IconUser } from '@tabler/icons-react'
import css from '@/features/studio/StepChain.module.css'

interface StepChainProps {
  steps: { id: string; use: string; by: string[] }[]
}

const byPeople = (name: string) => name === 'people' || name === 'agents'

export const StepChain = ({ steps }: StepChainProps) => (
  <ol className={css['chain']} aria-label="Steps">
    {steps.map((step) => (
      <li key={step.id} title={`${step.id}: ${step.use} by ${step.by.join(' and ')}`}>
        <Performers by={step.by} />
        {step.id}
      </li>
    ))}
    {steps.length === 0 && <li className="meta">–</li>}
  </ol>
)

export const Performers = ({ by }: { by: string[] }) => (
  <span className={css['performers']} aria-label={by.join(' and ')}>
    {by.some((name) => !byPeople(name)) && <IconCpu size={14} aria-hidden />}
    {by.some(byPeople) && <IconUser size={14} aria-hidden />}
  </span>
)
