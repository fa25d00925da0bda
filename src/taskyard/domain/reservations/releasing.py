"""Many holds given back at once, by a lead: set-based, for one member may hold thousands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain import runs, workspaces
from taskyard.domain.reservations import facts
from taskyard.domain.reservations.rules import RELEASE_MAX, RESERVATION, Outcome, ReservationState, released_by
from taskyard.domain.reservations.tables import Reservation
from taskyard.kit.db.direct import Row, fetch


class Released(NamedTuple):
    """What became of one hold that was to be given back."""

    id: UUID
    outcome: Outcome
    says: str


async def release_many(
    session: AsyncSession, actor: Actor, *, ids: Sequence[UUID] | None = None, member_id: UUID | None = None
) -> tuple[list[Released], int]:
    """Give back these holds, those of a member, or all; return what became of each, and how many are left.

    Safe to repeat: what has ended is told as ended, and no second fact is recorded.
    """
    if member_id is not None:
        await workspaces.member(session, actor.workspace_id, member_id)
    here: dict[str, Any] = {"workspace_id": actor.workspace_id}
    which, values = _which(ids, member_id)
    held = await fetch(session, _LOCK.format(which=which), {**here, **values, "limit": RELEASE_MAX})
    await _give_back(session, actor, held)
    done = [Released(row.id, Outcome.RELEASED, f"Taken back from {row.member_name}.") for row in held]
    if ids is not None:
        return done + await _others(session, actor, set(ids) - {row.id for row in held}), 0
    (left,) = await fetch(session, _LEFT.format(which=which), {**here, **values})
    return done, int(left.number)


async def _give_back(session: AsyncSession, actor: Actor, held: Sequence[Row]) -> None:
    if not held:
        return
    reason, state = released_by(actor.name), RESERVATION.target(ReservationState.HELD, "release")
    ended = {"ids": [row.id for row in held], "state": state, "reason": reason, "workspace_id": actor.workspace_id}
    await fetch(session, _END, ended)
    run_ids = await runs.give_back_many(session, actor.workspace_id, {row.step_run_id: row.token for row in held})
    await runs.keep_again(session, actor.workspace_id, list({row.task_id for row in held}))
    await runs.settle_many(session, actor.workspace_id, run_ids)
    for row in held:
        hold = Reservation(
            id=row.id, project_id=row.project_id, task_id=row.task_id, run_id=row.run_id, step=row.step,
            member_id=row.member_id, state=state,
        )  # fmt: skip
        says = f"{actor.name} released {row.step}, which {row.member_name} had."
        ledger.record(session, facts.reservation_fact("released", hold, says), by=actor)


async def _others(session: AsyncSession, actor: Actor, ids: set[UUID]) -> list[Released]:
    """Return what is to be said of those that nobody holds any more."""
    if not ids:
        return []
    rows = await fetch(session, _STATES, {"workspace_id": actor.workspace_id, "ids": list(ids)})
    ended = [Released(row.id, Outcome.ENDED, f"It is {row.state} already.") for row in rows]
    unknown = ids - {row.id for row in rows}
    return ended + [Released(id_, Outcome.MISSING, "There is no such reservation here.") for id_ in sorted(unknown)]


def _which(ids: Sequence[UUID] | None, member_id: UUID | None) -> tuple[str, dict[str, Any]]:
    if ids is not None:
        return "AND held.id = ANY(%(ids)s)", {"ids": list(ids)}
    if member_id is not None:
        return "AND held.member_id = %(member_id)s", {"member_id": member_id}
    return "", {}


# By id, as everywhere where several are locked. One that ends meanwhile drops out: it is read again behind its lock.
_LOCK = """
    SELECT held.id, held.step_run_id, held.run_id, held.task_id, held.project_id, held.step, held.member_id, held.token,
        (SELECT name FROM members WHERE members.workspace_id = %(workspace_id)s
         AND members.id = held.member_id) AS member_name
    FROM reservations AS held
    WHERE held.workspace_id = %(workspace_id)s AND held.state = 'held' {which}
    ORDER BY held.id LIMIT %(limit)s FOR UPDATE OF held
"""
_END = """
    UPDATE reservations SET state = %(state)s, ended_at = now(), reason = %(reason)s
    WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)
"""
_LEFT = """
    SELECT count(*) AS number FROM reservations AS held
    WHERE held.workspace_id = %(workspace_id)s AND held.state = 'held' {which}
"""
_STATES = "SELECT id, state FROM reservations WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) ORDER BY id"
