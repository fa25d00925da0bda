"""What is to be told, queued in the transaction in which it happens: noted as the facts come, written with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain import exports
from taskyard.domain.callbacks.rules import DELIVERY, TOLD
from taskyard.domain.tasks import TaskStatus
from taskyard.kit.db.direct import fetch
from taskyard.kit.ids import id_list, new_id
from taskyard.ledger import Fact

_PENDING = "callbacks.pending"
PORTION = 1000


class Event(NamedTuple):
    """Something to be told of a task, if it has an address for it."""

    workspace_id: UUID
    task_id: UUID
    type: str
    audit_id: UUID | None = None


def note(session: AsyncSession, facts: Sequence[Fact], workspace_id: UUID) -> None:
    """Note what happened to tasks. Costs nothing where a fact says that its task has no address."""
    for fact in facts:
        if fact.name in TOLD and fact.task_id is not None and fact.aside.get("callback_url", "unknown") is not None:
            audit_id = fact.data.get("audit_id")
            _pending(session).append(Event(workspace_id, fact.task_id, fact.name, UUID(audit_id) if audit_id else None))


async def note_upload(session: AsyncSession, workspace_id: UUID, upload_id: UUID) -> None:
    """Note the tasks of an upload that had ended when they were made: of these there is one fact for all."""
    for row in await fetch(session, _ENDED_AT_ONCE, {"workspace_id": workspace_id, "upload_id": upload_id}):
        _pending(session).append(Event(workspace_id, row.id, f"task.{row.status}"))


async def write(session: AsyncSession) -> None:
    """Queue what was noted. Called by the transaction's edge, behind everything that changes tasks."""
    noted: list[Event] = session.info.pop(_PENDING, [])
    if not noted:
        return
    if session.new or session.dirty or session.deleted:
        await session.flush()
    workspace_id = noted[0].workspace_id
    if not await fetch(session, _ANY, {"workspace_id": workspace_id}):
        return
    for some in _portions(noted):
        columns = {
            "ids": id_list(new_id() for _ in some),
            "event_ids": id_list(new_id() for _ in some),
            "task_ids": id_list(event.task_id for event in some),
            "types": [event.type for event in some],
            "audit_ids": id_list(event.audit_id for event in some),
        }
        await fetch(session, _QUEUE, {"workspace_id": workspace_id, **columns})


async def forget(session: AsyncSession, workspace_id: UUID, facts: Sequence[Fact]) -> None:
    """Remove what was told of deleted tasks, and what was still to be told."""
    ids = [fact.task_id for fact in facts if fact.task_id and fact.aside.get("callback_url", "unknown") is not None]
    if ids:
        gone = await fetch(session, _FORGET, {"workspace_id": workspace_id, "ids": id_list(ids)})
        await _forget_attempts(session, workspace_id, gone)


async def forget_archived(session: AsyncSession, workspace_id: UUID, archive_id: UUID) -> None:
    """Remove what was told of the tasks that are gone with their archive."""
    gone = await fetch(session, _FORGET_ARCHIVED, {"workspace_id": workspace_id, "archive_id": archive_id})
    await _forget_attempts(session, workspace_id, gone)


async def _forget_attempts(session: AsyncSession, workspace_id: UUID, gone: Sequence[Any]) -> None:
    # In a statement behind the other: a worker that was just taking one of them is through by now, and seen.
    await fetch(session, _FORGET_ATTEMPTS, {"workspace_id": workspace_id, "ids": id_list(row.id for row in gone)})


def _pending(session: AsyncSession) -> list[Event]:
    found: list[Event] = session.info.setdefault(_PENDING, [])
    return found


def _portions(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    for start in range(0, len(events), PORTION):
        yield events[start : start + PORTION]


# Answered by an index that holds no other tasks.
_ANY = """
    SELECT 1 AS found FROM tasks WHERE workspace_id = %(workspace_id)s AND callback_url IS NOT NULL LIMIT 1
"""
# Made in this transaction: tasks of an earlier file of the same upload have been told already.
_ENDED_AT_ONCE = f"""
    SELECT id, status FROM tasks
    WHERE workspace_id = %(workspace_id)s AND upload_id = %(upload_id)s AND callback_url IS NOT NULL
      AND created_at = now() AND status IN ('{TaskStatus.COMPLETED}', '{TaskStatus.FAILED}')
    ORDER BY id
"""  # noqa: S608 - names of states
_TOLD = exports.told()
# One receiver, however it is written: without the port that goes without saying, and without the dot of the root.
_HOST = r"""regexp_replace(regexp_replace(
            lower(substring(tasks.callback_url FROM '^[^:]+://[^/?#]+')),
            '^(http://.+):80$|^(https://.+):443$', '\1\2'), '\.(:[0-9]+)?$', '\1')"""
# Behind what is still to be told of its task, it is due no earlier than that.
_QUEUE = f"""
    INSERT INTO deliveries (workspace_id, id, event_id, task_id, type, body, url, host, state, due_at)
    SELECT %(workspace_id)s, event.id, event.event_id, tasks.id, event.type,
        json_build_object('type', event.type, 'timestamp', now(), 'data',
            CASE WHEN verdict.id IS NULL THEN json_build_object('task', said.task, 'response', runs.output)
            ELSE json_build_object('task', said.task, 'response', runs.output,
                'prior_responses', coalesce(CASE WHEN verdict.verdict = 'fixed' THEN (
                    SELECT json_agg(earlier.prior_output ORDER BY earlier.id) FROM audits AS earlier
                    WHERE earlier.workspace_id = %(workspace_id)s AND earlier.task_id = tasks.id
                      AND earlier.run_id = verdict.run_id AND earlier.prior_output IS NOT NULL) END, '[]'),
                'audit', json_build_object('id', verdict.id, 'verdict', verdict.verdict, 'reasons', verdict.reasons,
                    'step', verdict.step, 'redo_from', verdict.redo_from, 'by', verdict.by_name, 'at', verdict.at))
            END)::text,
        tasks.callback_url, {_HOST}, '{DELIVERY.start}',
        greatest(now(), (SELECT max(earlier.due_at) FROM deliveries AS earlier
            WHERE earlier.workspace_id = %(workspace_id)s AND earlier.task_id = tasks.id
              AND earlier.url = tasks.callback_url AND earlier.state = '{DELIVERY.start}'))
    FROM unnest(CAST(%(ids)s AS uuid[]), CAST(%(event_ids)s AS uuid[]), CAST(%(task_ids)s AS uuid[]),
            CAST(%(types)s AS text[]), CAST(%(audit_ids)s AS uuid[]))
        WITH ORDINALITY AS event(id, event_id, task_id, type, audit_id, number)
    JOIN tasks ON tasks.workspace_id = %(workspace_id)s AND tasks.id = event.task_id {_TOLD.joins}
    LEFT JOIN audits AS verdict ON verdict.workspace_id = %(workspace_id)s AND verdict.id = event.audit_id
    CROSS JOIN LATERAL (SELECT {_TOLD.json} AS task) AS said
    WHERE tasks.callback_url IS NOT NULL
    ORDER BY event.number
"""  # noqa: S608 - constants
_FORGET = """
    DELETE FROM deliveries
    WHERE workspace_id = %(workspace_id)s AND task_id = ANY(ARRAY(SELECT unnest(CAST(%(ids)s AS uuid[]))))
    RETURNING id
"""
_FORGET_ATTEMPTS = """
    DELETE FROM delivery_attempts
    WHERE workspace_id = %(workspace_id)s AND delivery_id = ANY(ARRAY(SELECT unnest(CAST(%(ids)s AS uuid[]))))
"""
# Those that were brought back are tasks again.
_FORGET_ARCHIVED = """
    DELETE FROM deliveries USING archive_items
    WHERE deliveries.workspace_id = %(workspace_id)s AND archive_items.workspace_id = %(workspace_id)s
      AND archive_items.archive_id = %(archive_id)s AND deliveries.task_id = archive_items.task_id
      AND NOT EXISTS (SELECT 1 FROM tasks
          WHERE tasks.workspace_id = %(workspace_id)s AND tasks.id = archive_items.task_id)
    RETURNING deliveries.id
"""
