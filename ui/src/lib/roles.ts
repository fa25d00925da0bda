// What each role is for, in one sentence that fits a menu.

export const ROLES = [
  { value: 'owner', label: 'Owner', says: 'Everything, with members, keys and money' },
  { value: 'manager', label: 'Manager', says: 'Projects, tasks, uploads, exports' },
  { value: 'reviewer', label: 'Reviewer', says: 'Takes work and checks that of others' },
  { value: 'annotator', label: 'Annotator', says: 'Takes and answers work' },
  { value: 'client', label: 'Client', says: 'Uploads, audits and exports shared projects' },
] as const

export const roleLabel = (role: string): string => ROLES.find((each) => each.value === role)?.label ?? role
