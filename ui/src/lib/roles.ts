// What each role is for, in one sentence that fits a menu.

export const ROLES = [
  { value: 'owner', label: 'Owner', says: 'Everything, with members and keys' },
  { value: 'manager', label: 'Manager', says: 'Projects, tasks, uploads, exports, invitations' },
  { value: 'reviewer', label: 'Reviewer', says: 'Takes and answers work, sees the tasks in its queues' },
  { value: 'annotator', label: 'Annotator', says: 'Takes and answers work' },
  { value: 'client', label: 'Client', says: 'Adds and exports tasks of shared projects' },
] as const

export const roleLabel = (role: string): string => ROLES.find((each) => each.value === role)?.label ?? role
