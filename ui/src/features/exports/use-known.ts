// The names that filters of exports are told with.
import { useQuery } from '@tanstack/react-query'
import { projectsQuery } from '@/api/projects'
import { membersQuery, useMay } from '@/api/who'
import type { Known } from '@/lib/chips'

export function useKnown(): Known {
  const isLead = useMay('tasks.write')
  const projects = useQuery(projectsQuery).data?.items
  const members = useQuery({ ...membersQuery, enabled: isLead }).data?.items
  return { projects, members }
}
