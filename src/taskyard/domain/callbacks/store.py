"""Every query about deliveries and secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.callbacks.problems import NoSuchDelivery
from taskyard.domain.callbacks.rules import AT_ONCE_PER_HOST, RECEIVERS_AT_ONCE, DeliveryState, Receiver
from taskyard.domain.callbacks.tables import CallbackSecret, Delivery, DeliveryAttempt
from taskyard.kit.db.direct import fetch
from taskyard.kit.ids import id_list

FRESH = {"populate_existing": True}


class Due(NamedTuple):
    """What may be sent now, and to whom."""

    receiver: Receiver
    id: UUID


async def receivers(session: AsyncSession, last: Mapping[UUID, str]) -> list[Receiver]:
    """Return for whom something waits, of each workspace a few, from behind the one that had the last turn, around.

    For workers.
    """
    rows = await fetch(session, _RECEIVERS, {"workspaces": id_list(last), "hosts": list(last.values())})
    return [Receiver(row.workspace_id, row.host) for row in rows]


async def due(session: AsyncSession, looked_at: Sequence[Receiver], limit: int, share: int) -> list[Due]:
    """Return what may be sent now to these: of each task the earliest, of each receiver a few.

    Whoever is being sent the least comes first, then in the order given; so it is with workspaces, and no more of one
    are being sent at once than its share. For workers.
    """
    if not looked_at:
        return []
    named = {"workspaces": id_list(one.workspace_id for one in looked_at), "hosts": [one.host for one in looked_at]}
    rows = await fetch(session, _DUE, {**named, "limit": limit, "share": share})
    return [Due(Receiver(row.workspace_id, row.host), row.id) for row in rows]


async def let_follow(session: AsyncSession, delivery: Delivery, due_at: datetime, *, has_ended: bool) -> None:
    """Have what is still to be told of the same task, at the same address, be due behind a delivery."""
    told = {"workspace_id": delivery.workspace_id, "task_id": delivery.task_id, "url": delivery.url}
    await fetch(session, _FOLLOW, {**told, "number": delivery.number, "due_at": due_at, "has_ended": has_ended})


async def spare_no_longer(session: AsyncSession, delivery: Delivery) -> None:
    """Send again to the receiver of a delivery, which has answered."""
    await fetch(session, _SPARE_NO_LONGER, {"workspace_id": delivery.workspace_id, "host": delivery.host})


async def has_taken_since(session: AsyncSession, delivery: Delivery, since: datetime) -> bool:
    """Say whether the receiver of a delivery has taken something else since then, which is not long ago."""
    told = {"workspace_id": delivery.workspace_id, "host": delivery.host, "since": since}
    return bool(await fetch(session, _TAKEN_SINCE, told))


async def silent(session: AsyncSession) -> dict[UUID, list[UUID]]:
    """Return what is being sent by workers that have not been heard of for too long. For workers."""
    found: dict[UUID, list[UUID]] = {}
    for row in await fetch(session, _SILENT):
        found.setdefault(row.workspace_id, []).append(row.id)
    return found


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


# Asked row by row along the index: as a join it would be answered, now and then, by reading all that waits.
_IS_FIRST = f"""(SELECT true FROM deliveries AS earlier
        WHERE earlier.workspace_id = waiting.workspace_id AND earlier.task_id = waiting.task_id
          AND earlier.number < waiting.number AND earlier.url = waiting.url
          AND earlier.state IN ('{DeliveryState.WAITING}', '{DeliveryState.SENDING}') LIMIT 1) IS NULL"""  # noqa: S608 - names of states
_IS_SPARED = """(SELECT true FROM deliveries AS silent
            WHERE silent.workspace_id = looked.workspace_id AND silent.host = looked.host
              AND silent.spared_until > now() LIMIT 1)"""
# From workspace to workspace along the index, and in each from receiver to receiver, around the end: what waits behind
# the first at each costs nothing.
_RECEIVERS = f"""
    WITH RECURSIVE owners AS (
        (SELECT workspace_id FROM deliveries WHERE state = '{DeliveryState.WAITING}' ORDER BY workspace_id LIMIT 1)
        UNION ALL
        SELECT (SELECT later.workspace_id FROM deliveries AS later
                WHERE later.state = '{DeliveryState.WAITING}' AND later.workspace_id > owners.workspace_id
                ORDER BY later.workspace_id LIMIT 1)
        FROM owners WHERE owners.workspace_id IS NOT NULL)
    SELECT owners.workspace_id, ring.host
    FROM owners LEFT JOIN unnest(CAST(%(workspaces)s AS uuid[]), CAST(%(hosts)s AS text[])) AS last(workspace_id, host)
        ON last.workspace_id = owners.workspace_id
    CROSS JOIN LATERAL (
        WITH RECURSIVE ring AS (
            SELECT coalesce(last.host, '') AS host, false AS is_around, 0 AS place
            UNION ALL
            SELECT next.host, next.is_around, ring.place + 1
            FROM ring CROSS JOIN LATERAL (
                (SELECT later.host, ring.is_around FROM deliveries AS later
                 WHERE later.state = '{DeliveryState.WAITING}' AND later.workspace_id = owners.workspace_id
                   AND later.host > ring.host ORDER BY later.host LIMIT 1)
                UNION ALL
                (SELECT first.host, true FROM deliveries AS first
                 WHERE first.state = '{DeliveryState.WAITING}' AND first.workspace_id = owners.workspace_id
                   AND NOT ring.is_around ORDER BY first.host LIMIT 1)
                LIMIT 1) AS next
            WHERE ring.place < {RECEIVERS_AT_ONCE} AND (NOT next.is_around OR next.host <= last.host))
        SELECT host, place FROM ring WHERE place > 0) AS ring
    ORDER BY owners.workspace_id, ring.place
"""  # noqa: S608 - names of states and constants
_DUE = f"""
    WITH sent AS MATERIALIZED (
        SELECT workspace_id, host, count(*) AS number FROM deliveries WHERE state = '{DeliveryState.SENDING}'
        GROUP BY workspace_id, host),
    free AS (
        SELECT looked.workspace_id, looked.host, looked.place, next.id, next.due_at, next.number,
            coalesce(sent.number, 0) + row_number() OVER (PARTITION BY looked.place ORDER BY next.due_at, next.number)
                AS at_host
        FROM unnest(CAST(%(workspaces)s AS uuid[]), CAST(%(hosts)s AS text[]))
            WITH ORDINALITY AS looked(workspace_id, host, place)
        LEFT JOIN sent ON sent.workspace_id = looked.workspace_id AND sent.host = looked.host
        CROSS JOIN LATERAL (
            SELECT waiting.id, waiting.due_at, waiting.number FROM deliveries AS waiting
            WHERE waiting.workspace_id = looked.workspace_id AND waiting.host = looked.host
              AND waiting.state = '{DeliveryState.WAITING}' AND waiting.due_at <= now() AND {_IS_FIRST}
            ORDER BY waiting.due_at, waiting.number LIMIT {AT_ONCE_PER_HOST}) AS next
        WHERE {_IS_SPARED} IS NULL),
    turns AS (
        SELECT free.*, row_number() OVER (PARTITION BY workspace_id ORDER BY at_host, place)
            + coalesce(own.number, 0) AS turn
        FROM free LEFT JOIN (SELECT workspace_id, sum(number) AS number FROM sent GROUP BY workspace_id) AS own
            USING (workspace_id)
        WHERE at_host <= {AT_ONCE_PER_HOST})
    SELECT workspace_id, host, id FROM turns WHERE turn <= %(share)s ORDER BY turn, due_at, number LIMIT %(limit)s
"""  # noqa: S608 - names of states and constants
# Asked again when they are taken: another worker may have tried one of them since, or its forerunner.
_STILL_FREE = f"""
    SELECT waiting.id FROM deliveries AS waiting
    WHERE waiting.workspace_id = %(workspace_id)s AND waiting.id = ANY(%(ids)s) AND waiting.due_at <= now()
      AND waiting.state = '{DeliveryState.WAITING}' AND {_IS_FIRST}
    FOR UPDATE OF waiting SKIP LOCKED
"""  # noqa: S608 - names of states
# What is behind another one of its task is due no earlier than that; when that one has ended, now.
_FOLLOW = f"""
    UPDATE deliveries AS waiting SET due_at = CAST(%(due_at)s AS timestamptz)
    WHERE waiting.workspace_id = %(workspace_id)s AND waiting.task_id = %(task_id)s AND waiting.url = %(url)s
      AND waiting.number > %(number)s AND waiting.state = '{DeliveryState.WAITING}'
      AND (waiting.due_at < CAST(%(due_at)s AS timestamptz) OR CAST(%(has_ended)s AS boolean))
"""  # noqa: S608 - names of states
# What another is just taking or ending says itself what is known of the receiver.
_SPARE_NO_LONGER = """
    UPDATE deliveries SET spared_until = NULL WHERE workspace_id = %(workspace_id)s AND id = ANY(ARRAY(
        SELECT id FROM deliveries
        WHERE workspace_id = %(workspace_id)s AND host = %(host)s AND spared_until IS NOT NULL
        FOR UPDATE SKIP LOCKED))
"""
_TAKEN_SINCE = f"""
    SELECT 1 AS found FROM deliveries
    WHERE workspace_id = %(workspace_id)s AND host = %(host)s AND state = '{DeliveryState.DELIVERED}'
      AND ended_at >= CAST(%(since)s AS timestamptz) LIMIT 1
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
