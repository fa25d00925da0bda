// Choosing a role, with what it is for.
import { Select } from '@mantine/core'
import type { Role } from '@/api/types'
import css from '@/features/members/members.module.css'
import { ROLES } from '@/lib/roles'

interface RoleSelectProps {
  value: Role
  onChange: (role: Role) => void
  label?: string
  /** Without a label: whose role it is, for screen readers. */
  name?: string
  small?: boolean
  disabledReason?: string | null
  /** Owners may give every role, managers may not make owners or managers. */
  mayGive: (role: Role) => boolean
}

export function RoleSelect({ value, onChange, label, name, small, disabledReason, mayGive }: RoleSelectProps) {
  return (
    <Select
      label={label}
      aria-label={name}
      title={disabledReason ?? undefined}
      size={small ? 'xs' : 'sm'}
      data={ROLES.map((role) => ({ value: role.value, label: role.label, disabled: !mayGive(role.value) }))}
      value={value}
      onChange={(role) => role && onChange(role as Role)}
      readOnly={Boolean(disabledReason)}
      aria-disabled={Boolean(disabledReason)}
      allowDeselect={false}
      comboboxProps={{ width: 260, position: 'bottom-start' }}
      renderOption={({ option }) => (
        <span className={css['role']}>
          <span>{option.label}</span>
          <span className="meta">{ROLES.find((role) => role.value === option.value)?.says}</span>
        </span>
      )}
    />
  )
}
