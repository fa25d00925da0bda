"""Every query about deliveries and secrets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.callbacks.problems import NoSuchDelivery
from taskyard.domain.callbacks.rules import AT_ONCE_PER_HOST, CANDIDATES, DeliveryState
from taskyard.domain.callbacks.tables import CallbackSecret, Delivery, DeliveryAttempt
from taskyard.kit.db.direct import fetch

FRESH = {"populate_existing": True}


async def due(session: AsyncSession, limit: int, share: int) -> dict[UUID, list[UUID]]:
    """Return what may be sent now, by workspace, which take turns: of each task the earliest, of each receiver a few.

    No more of a workspace are being sent at once than its share. For workers.
    """
    return _by_workspace(await fetch(session, _DUE, {"limit": limit, "share": share}))


async def let_follow(session: AsyncSession, delivery: Delivery, due_at: datetime, *, has_ended: bool) -> None:
    """Have what is still to be told of the same task, at the same address, be due behind a delivery."""
    told = {"workspace_id": delivery.workspace_id, "task_id": delivery.task_id, "url": delivery.url}
    await fetch(session, _FOLLOW, {**told, "number": delivery.number, "due_at": due_at, "has_ended": has_ended})


async def spare(session: AsyncSession, delivery: Delivery, due_at: datetime) -> None:
    """Leave alone, until then, a receiver that did not answer: the next of its line is not tried meanwhile."""
    told = {"workspace_id": delivery.workspace_id, "host": delivery.host}
    await fetch(session, _SPARE, {**told, "due_at": due_at})


async def silent(session: AsyncSession) -> dict[UUID, list[UUID]]:
    """Return what is being sent by workers that have not been heard of for too long. For workers."""
    return _by_workspace(await fetch(session, _SILENT))


async def lock_due(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> list[Delivery]:
    """Lock those of these that are to be sent now, still, and that nobody else has locked."""
    free = await fetch(session, _STILL_FREE, {"workspace_id": workspace_id, "ids": list(ids)})
    return await lock_free(session, workspace_id, [row.id for row in free], DeliveryState.WAITING)


async def lock_free(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID], state: str) -> list[Delivery]:
    """Lock those of these deliveries that are in this state and that nobody else has locked."""
    rows = await session.scalars(
        select(Delivery)
        .where(Delivery.workspace_id == workspace_id, Delivery.id.in_(ids), Delivery.state == state)
        .order_by(Delivery.number)
        .with_for_update(skip_locked=True)
        .execution_options(**FRESH)
    )
    return list(rows)


async def lock(session: AsyncSession, workspace_id: UUID, delivery_id: UUID) -> Delivery:
    """Return a delivery to be changed, or NoSuchDelivery."""
    found: Delivery | None = await session.scalar(
        select(Delivery)
        .where(Delivery.workspace_id == workspace_id, Delivery.id == delivery_id)
        .with_for_update()
        .execution_options(**FRESH)
    )
    if found is None:
        raise NoSuchDelivery(delivery_id=delivery_id)
    return found


async def attempt(session: AsyncSession, delivery: Delivery) -> DeliveryAttempt | None:
    """Return the last attempt at a delivery."""
    found: DeliveryAttempt | None = await session.scalar(
        select(DeliveryAttempt).where(
            DeliveryAttempt.workspace_id == delivery.workspace_id,
            DeliveryAttempt.delivery_id == delivery.id,
            DeliveryAttempt.number == delivery.attempts,
        )
    )
    return found


async def of_task(
    session: AsyncSession, workspace_id: UUID, task_id: UUID, limit: int, before: int | None
) -> list[Delivery]:
    """Return what is told of a task, newest first."""
    asked = select(Delivery).where(Delivery.workspace_id == workspace_id, Delivery.task_id == task_id)
    if before is not None:
        asked = asked.where(Delivery.number < before)
    return list(await session.scalars(asked.order_by(Delivery.number.desc()).limit(limit)))


async def count_of_task(session: AsyncSession, workspace_id: UUID, task_id: UUID) -> int:
    """Return how much is told of a task."""
    asked = select(func.count()).where(Delivery.workspace_id == workspace_id, Delivery.task_id == task_id)
    return int(await session.scalar(asked) or 0)


async def attempts_at(
    session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, list[DeliveryAttempt]]:
    """Return the attempts at deliveries, newest first."""
    rows = await session.scalars(
        select(DeliveryAttempt)
        .where(DeliveryAttempt.workspace_id == workspace_id, DeliveryAttempt.delivery_id.in_(ids))
        .order_by(DeliveryAttempt.delivery_id, DeliveryAttempt.number.desc())
    )
    found: dict[UUID, list[DeliveryAttempt]] = {}
    for row in rows:
        found.setdefault(row.delivery_id, []).append(row)
    return found


async def secret(session: AsyncSession, workspace_id: UUID, made: str, *, locked: bool = False) -> CallbackSecret:
    """Return a workspace's secret; the first who asks makes it."""
    await session.execute(
        insert(CallbackSecret).values(workspace_id=workspace_id, secret=made).on_conflict_do_nothing()
    )
    asked = select(CallbackSecret).where(CallbackSecret.workspace_id == workspace_id).execution_options(**FRESH)
    return (await session.scalars(asked.with_for_update() if locked else asked)).one()


async def workspaces_with_old(session: AsyncSession, days: int) -> list[UUID]:
    """Return workspaces with deliveries that have had their days. For workers."""
    return [row.workspace_id for row in await fetch(session, _WITH_OLD, {"days": days})]


async def delete_old(session: AsyncSession, workspace_id: UUID, days: int) -> int:
    """Remove some deliveries that have had their days, with their attempts; return how many."""
    rows = await fetch(session, _DELETE_OLD, {"workspace_id": workspace_id, "days": days})
    return int(rows[0].count)


def _by_workspace(rows: Sequence[Any]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row.workspace_id, []).append(row.id)
    return found


_IS_BLOCKED = f"""EXISTS (
        SELECT 1 FROM deliveries AS earlier
        WHERE earlier.workspace_id = waiting.workspace_id AND earlier.task_id = waiting.task_id
          AND earlier.number < waiting.number AND earlier.url = waiting.url
          AND earlier.state IN ('{DeliveryState.WAITING}', '{DeliveryState.SENDING}'))"""  # noqa: S608 - names of states
# From workspace to workspace along the index, and of each no more than what is due longest: what waits for later, and
# the long line of one receiver, cost nothing.
_DUE = f"""
    WITH RECURSIVE owners AS (
        (SELECT workspace_id FROM deliveries WHERE state = '{DeliveryState.WAITING}' ORDER BY workspace_id LIMIT 1)
        UNION ALL
        SELECT (SELECT later.workspace_id FROM deliveries AS later
                WHERE later.state = '{DeliveryState.WAITING}' AND later.workspace_id > owners.workspace_id
                ORDER BY later.workspace_id LIMIT 1)
        FROM owners WHERE owners.workspace_id IS NOT NULL),
    free AS (
        SELECT candidate.*, row_number() OVER (PARTITION BY workspace_id ORDER BY due_at, number) AS turn FROM (
            SELECT next.*,
                row_number() OVER (PARTITION BY next.workspace_id, next.host ORDER BY next.due_at, next.number)
                + (SELECT count(*) FROM deliveries AS sent WHERE sent.state = '{DeliveryState.SENDING}'
                   AND sent.workspace_id = next.workspace_id AND sent.host = next.host) AS at_host
            FROM owners CROSS JOIN LATERAL (
                SELECT waiting.* FROM (
                    SELECT first.workspace_id, first.id, first.task_id, first.url, first.host, first.due_at,
                        first.number
                    FROM deliveries AS first
                    WHERE first.state = '{DeliveryState.WAITING}' AND first.workspace_id = owners.workspace_id
                      AND first.due_at <= now()
                    ORDER BY first.due_at, first.number LIMIT {CANDIDATES}) AS waiting
                WHERE NOT {_IS_BLOCKED}) AS next
            WHERE owners.workspace_id IS NOT NULL) AS candidate
        WHERE at_host <= {AT_ONCE_PER_HOST})
    SELECT workspace_id, id FROM free
    WHERE turn + (SELECT count(*) FROM deliveries AS sent WHERE sent.state = '{DeliveryState.SENDING}'
                  AND sent.workspace_id = free.workspace_id) <= %(share)s
    ORDER BY turn, due_at, number LIMIT %(limit)s
"""  # noqa: S608 - names of states and constants
# Asked again when they are taken: another worker may have tried one of them since, or its forerunner.
_STILL_FREE = f"""
    SELECT waiting.id FROM deliveries AS waiting
    WHERE waiting.workspace_id = %(workspace_id)s AND waiting.id = ANY(%(ids)s) AND waiting.due_at <= now()
      AND waiting.state = '{DeliveryState.WAITING}' AND NOT {_IS_BLOCKED}
    FOR UPDATE OF waiting SKIP LOCKED
"""  # noqa: S608 - names of states
# What is behind another one of its task is due no earlier than that; when that one has ended, now.
_FOLLOW = f"""
    UPDATE deliveries AS waiting SET due_at = CAST(%(due_at)s AS timestamptz)
    WHERE waiting.workspace_id = %(workspace_id)s AND waiting.task_id = %(task_id)s AND waiting.url = %(url)s
      AND waiting.number > %(number)s AND waiting.state = '{DeliveryState.WAITING}'
      AND (waiting.due_at < CAST(%(due_at)s AS timestamptz) OR CAST(%(has_ended)s AS boolean))
"""  # noqa: S608 - names of states
# A receiver that has just not answered is left alone with the rest of its line, too.
_SPARE = f"""
    UPDATE deliveries SET due_at = CAST(%(due_at)s AS timestamptz) WHERE workspace_id = %(workspace_id)s
      AND id = ANY(ARRAY(
        SELECT first.id FROM deliveries AS first
        WHERE first.workspace_id = %(workspace_id)s AND first.state = '{DeliveryState.WAITING}'
          AND first.due_at <= now() AND first.host = %(host)s
        ORDER BY first.due_at, first.number LIMIT {CANDIDATES} FOR UPDATE SKIP LOCKED))
"""  # noqa: S608 - names of states
_SILENT = f"""
    SELECT workspace_id, id FROM deliveries WHERE state = '{DeliveryState.SENDING}' AND lease_until < now() LIMIT 500
"""  # noqa: S608 - the same
_WITH_OLD = """
    SELECT DISTINCT workspace_id FROM deliveries WHERE ended_at < now() - make_interval(days => %(days)s)
"""
# One that is just being sent again is left to that.
_DELETE_OLD = """
    WITH old AS (
        DELETE FROM deliveries WHERE workspace_id = %(workspace_id)s AND id = ANY(ARRAY(
            SELECT id FROM deliveries
            WHERE workspace_id = %(workspace_id)s AND ended_at < now() - make_interval(days => %(days)s)
            LIMIT 1000 FOR UPDATE SKIP LOCKED))
        RETURNING id),
    attempts AS (
        DELETE FROM delivery_attempts
        WHERE workspace_id = %(workspace_id)s AND delivery_id = ANY(ARRAY(SELECT id FROM old)))
    SELECT count(*) AS count FROM old
"""
