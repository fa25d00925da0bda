// The Playground's calls: the member's own picture tasks, and a first run.
import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '@/api/http'
import { sendFile } from '@/api/sending'
import { taskPage } from '@/api/tasks'

const PER_PAGE = 20
const LIST = ['tasks', 'playground']

export const playgroundTasksQuery = (project: string) =>
  infiniteQueryOptions({
    queryKey: [...LIST, project],
    queryFn: ({ pageParam, signal }) =>
      taskPage({ project: [project], mine: true, sort: '-created_at', limit: PER_PAGE, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  })

export interface Trial {
  /** What was chosen, or the address of the example that comes with the page. */
  picture: Blob | string
  name: string
  prompt: string
  model: string | undefined
  onProgress?: (part: number) => void
}

/** Stores the picture, makes the task and starts its first run; answers with the task's id. */
export function useTry(project: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async ({ picture, name, prompt, model, onProgress }: Trial) => {
      const bytes = typeof picture === 'string' ? await (await fetch(picture)).blob() : picture
      const photo = await sendFile(bytes, name, { onProgress })
      const input = { photo: photo.id, ...(prompt ? { prompt } : {}) }
      const settings = model ? { model } : {}
      const { task } = await ask(api.POST('/apps/{project_id}/runs', { params: { path: { project_id: project } }, body: { input, settings } }))
      return task.id
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: LIST }),
  })
}
