// One row a member: how much they have in hand, where, since when; opened, the tasks themselves.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useFacts } from '@/api/live'
import { holdersQuery } from '@/api/reservations'
import type { Holder } from '@/api/types'
import { Button } from '@/design/Button'
import { DataTable } from '@/design/DataTable'
import { Expander } from '@/design/Expander'
import { ProblemNotice } from '@/design/Notice'
import { Time } from '@/design/Time'
import type { Column } from '@/design/table-columns'
import { HolderDetail, detailHeight } from '@/features/reservations/HolderDetail'
import { ReleaseDialog, type Releasing } from '@/features/reservations/ReleaseDialog'
import css from '@/features/reservations/reservations.module.css'
import { count, words } from '@/lib/format'
import { usePaced } from '@/lib/paced'

const LOOK_EVERY_MS = 500

interface HolderTableProps {
  open: string | undefined
  onOpen: (member: string | undefined) => void
  taskHref: (id: string) => string
  onTask: (id: string) => void
  /** What a member would be handed next. */
  next: (member: Holder['member']) => ReactNode
  empty: ReactNode
}

export function HolderTable({ open, onOpen, taskHref, onTask, next, empty }: HolderTableProps) {
  const queries = useQueryClient()
  const holders = useQuery(holdersQuery)
  const [releasing, setReleasing] = useState<Releasing | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const lookAgain = usePaced(() => void queries.invalidateQueries({ queryKey: ['reservations'] }), LOOK_EVERY_MS)
  useFacts((facts) => {
    if (facts.some((fact) => fact.noun === 'reservation' || fact.noun === 'task')) lookAgain()
  })
  const rows = holders.data?.items ?? []
  const toggle = (row: Holder) => onOpen(open === row.member.id ? undefined : row.member.id)
  if (holders.error && rows.length === 0) return <ProblemNotice problem={holders.error} onRetry={() => void holders.refetch()} size="page" />
  return (
    <>
      {said && <p className={css['said']} role="status">{said}</p>}
      <DataTable
        label="Members with tasks in hand"
        memory="holders"
        columns={columns(open, toggle, setReleasing)}
        rows={rows}
        rowKey={(row) => row.member.id}
        total={rows.length}
        loading={holders.isPending}
        onOpen={toggle}
        detail={{
          height: (row) => (row.member.id === open ? detailHeight(row) : 0),
          render: (row) => <HolderDetail holder={row} href={taskHref} onOpen={onTask} onRelease={setReleasing} onDone={setSaid} next={next} />,
        }}
        empty={empty}
      />
      <ReleaseDialog releasing={releasing} onClose={() => setReleasing(null)} onDone={setSaid} />
    </>
  )
}

function columns(open: string | undefined, toggle: (row: Holder) => void, release: (what: Releasing) => void): Column<Holder>[] {
  return [
    {
      id: 'open', head: 'Tasks', quiet: true, width: 44, bar: 0,
      cell: (row) => <Expander label={`Tasks of ${row.member.name}`} isOpen={open === row.member.id} onToggle={() => toggle(row)} />,
    },
    { id: 'member', head: 'Member', min: 130, cell: ({ member }) => <><span className={css['name']}>{member.name}</span> <span className="meta">{member.kind === 'key' ? 'key' : words(member.role)}</span></> },
    { id: 'held', head: 'In hand', width: 76, align: 'end', bar: 24, cell: (row) => <Number n={row.held} /> },
    { id: 'kept', head: 'Kept', width: 64, align: 'end', bar: 24, from: 480, cell: (row) => <span title="Reserved for them and not yet taken"><Number n={row.kept} /></span> },
    { id: 'projects', head: 'Projects', width: 220, from: 860, cell: (row) => <span title={row.projects.map((one) => one.name).join(', ')}>{row.projects.map((one) => one.name).join(', ')}</span> },
    { id: 'drafts', head: 'With a draft', width: 100, align: 'end', from: 1060, bar: 24, cell: (row) => <Number n={row.drafts} /> },
    { id: 'since', head: 'Oldest since', width: 104, from: 560, bar: 56, cell: (row) => <Time at={row.oldest_since} /> },
    { id: 'expiry', head: 'Next ends', width: 100, from: 680, bar: 56, cell: (row) => <Time at={row.next_expiry} /> },
    {
      id: 'release', head: 'Actions', quiet: true, width: 104, align: 'end', bar: 0,
      cell: (row) => (
        <Button small look="quiet" disabledReason={row.held === 0 ? `${row.member.name} has nothing in hand.` : null} aria-label={`Release all of ${row.member.name}`} onClick={() => release({ body: { member: row.member.id }, n: row.held, whose: row.member.name })}>
          Release all
        </Button>
      ),
    },
  ]
}

const Number = ({ n }: { n: number }) => <span className={n === 0 ? css['none'] : undefined}>{count(n)}</span>
