"""Every query about deliveries and secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.callbacks.problems import NoSuchDelivery
from taskyard.domain.callbacks.rules import AT_ONCE_PER_HOST, DeliveryState
from taskyard.domain.callbacks.tables import CallbackSecret, Delivery, DeliveryAttempt
from taskyard.kit.db.direct import fetch

FRESH = {"populate_existing": True}


async def due(session: AsyncSession, limit: int) -> dict[UUID, list[UUID]]:
    """Return what may be sent now, by workspace: of each task the earliest, of each receiver a few. For workers."""
    rows = await fetch(session, _DUE, {"limit": limit, "at_once": AT_ONCE_PER_HOST})
    return _by_workspace(rows)


async def silent(session: AsyncSession) -> dict[UUID, list[UUID]]:
    """Return what is being sent by workers that have not been heard of for too long. For workers."""
    return _by_workspace(await fetch(session, _SILENT))


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


# From receiver to receiver along the index, so that a long line at one of them costs nothing but its few.
_DUE = f"""
    WITH RECURSIVE receivers AS (
        (SELECT host FROM deliveries WHERE state = '{DeliveryState.WAITING}' ORDER BY host LIMIT 1)
        UNION ALL
        SELECT (SELECT later.host FROM deliveries AS later
                WHERE later.state = '{DeliveryState.WAITING}' AND later.host > receivers.host
                ORDER BY later.host LIMIT 1)
        FROM receivers WHERE receivers.host IS NOT NULL)
    SELECT next.workspace_id, next.id FROM receivers CROSS JOIN LATERAL (
        SELECT waiting.workspace_id, waiting.id, waiting.due_at, waiting.number FROM deliveries AS waiting
        WHERE waiting.state = '{DeliveryState.WAITING}' AND waiting.host = receivers.host AND waiting.due_at <= now()
          AND NOT EXISTS (
            SELECT 1 FROM deliveries AS earlier
            WHERE earlier.workspace_id = waiting.workspace_id AND earlier.task_id = waiting.task_id
              AND earlier.number < waiting.number AND earlier.url = waiting.url
              AND earlier.state IN ('{DeliveryState.WAITING}', '{DeliveryState.SENDING}'))
        ORDER BY waiting.due_at
        LIMIT greatest(0, %(at_once)s - (
            SELECT count(*) FROM deliveries AS sent
            WHERE sent.state = '{DeliveryState.SENDING}' AND sent.host = receivers.host))) AS next
    WHERE receivers.host IS NOT NULL
    ORDER BY next.due_at, next.number LIMIT %(limit)s
"""  # noqa: S608 - names of states
_SILENT = f"""
    SELECT workspace_id, id FROM deliveries WHERE state = '{DeliveryState.SENDING}' AND lease_until < now() LIMIT 500
"""  # noqa: S608 - the same
_WITH_OLD = """
    SELECT DISTINCT workspace_id FROM deliveries WHERE ended_at < now() - make_interval(days => %(days)s)
"""
_DELETE_OLD = """
    WITH old AS (
        DELETE FROM deliveries WHERE workspace_id = %(workspace_id)s AND id = ANY(ARRAY(
            SELECT id FROM deliveries
            WHERE workspace_id = %(workspace_id)s AND ended_at < now() - make_interval(days => %(days)s) LIMIT 1000))
        RETURNING id),
    attempts AS (
        DELETE FROM delivery_attempts
        WHERE workspace_id = %(workspace_id)s AND delivery_id = ANY(ARRAY(SELECT id FROM old)))
    SELECT count(*) AS count FROM old
"""
