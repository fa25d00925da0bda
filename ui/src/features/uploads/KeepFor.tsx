// For whom the tasks of a file are kept, when its rows name nobody.
import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Project } from '@/api/types'
import { membersQuery } from '@/api/who'
import { ProblemNotice } from '@/design/Notice'
import { roleLabel } from '@/lib/roles'

export interface Keeper {
  id: string
  name: string
}

interface KeepForProps {
  project: Project | undefined
  keeper: Keeper | null
  onKeeper: (keeper: Keeper | null) => void
}

/** Left out where nobody does anything in the project, and where rows say it themselves. */
export function KeepFor({ project, keeper, onKeeper }: KeepForProps) {
  const members = useQuery(membersQuery)
  const takers = (members.data?.items ?? []).filter((member) => member.state === 'active' && member.role !== 'client')
  if (!project?.steps.some((step) => step.by.includes('people'))) return null
  return (
    <>
      <Select
        label="Keep all for"
        description="The first step done by people is theirs alone."
        data={takers.map((member) => ({ value: member.id, label: `${member.name} (${roleLabel(member.role)})` }))}
        value={keeper?.id ?? null}
        placeholder={members.isPending ? 'Loading' : 'Nobody: whoever comes next'}
        nothingFoundMessage="Nobody is called so."
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Keep them for nobody' }}
        onChange={(id) => onKeeper(takers.find((member) => member.id === id) ?? null)}
      />
      <ProblemNotice problem={members.error} onRetry={() => void members.refetch()} />
    </>
  )
}
