"""What bulk work does to people's holds: locks them first, ends them with their runs, keeps work for a member."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain import runs
from taskyard.domain.reservations import facts, releasing
from taskyard.domain.reservations.rules import RESERVATION, RUN_ENDED, ReservationState
from taskyard.domain.reservations.tables import Reservation
from taskyard.domain.runs import Change, Outcomes


async def lock_held(session: AsyncSession, workspace_id: UUID, task_ids: Sequence[UUID]) -> list[UUID]:
    """Lock what people hold of these tasks, before the turns, runs and tasks are; return the holds."""
    here = {"workspace_id": workspace_id, "tasks": list(task_ids)}
    return list(await session.scalars(_LOCK_HELD, here))


async def end_with_runs(
    session: AsyncSession, workspace_id: UUID, task_ids: Sequence[UUID], run_ids: Sequence[UUID]
) -> None:
    """End the holds of runs that have ended without them. Drafts stay, and what is handed in late is kept."""
    state = RESERVATION.target(ReservationState.HELD, "expire")
    here = {
        "workspace_id": workspace_id,
        "tasks": list(task_ids),
        "runs": list(run_ids),
        "state": state,
        "reason": RUN_ENDED,
    }
    ended = [Reservation(**row, state=state) for row in (await session.execute(_END, here)).mappings()]
    told = [facts.reservation_fact("expired", hold, f"The hold on {hold.step} ended with the run.") for hold in ended]
    ledger.record_many(session, told, by=Actor.system(workspace_id))


async def end_with_tasks(session: AsyncSession, workspace_id: UUID, task_ids: Sequence[UUID]) -> None:
    """End all holds of tasks that are over. Drafts stay, and what is handed in late is kept."""
    held = await session.execute(_RUNS_HELD, {"workspace_id": workspace_id, "tasks": list(task_ids)})
    await end_with_runs(session, workspace_id, task_ids, [row.run_id for row in held])


async def release_of_tasks(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> Outcomes:
    """Give back whatever people hold of these tasks. Drafts stay."""
    held = await lock_held(session, actor.workspace_id, ids)
    outcomes, _ = await runs.begin_change(session, actor, runs.releasing(), ids)
    if held:
        await releasing.release_many(session, actor, ids=held)
    return outcomes


async def reserve_many(
    session: AsyncSession, actor: Actor, ids: Sequence[UUID], change: Change, member_id: UUID | None, name: str = ""
) -> Outcomes:
    """Keep open work of tasks, or the next of it, for a member, even one who has skipped it before; or for nobody."""
    outcomes = await runs.reserve(session, actor, ids, change, member_id, name)
    if member_id is not None and outcomes.before:
        here = {"workspace_id": actor.workspace_id, "tasks": list(outcomes.before), "member_id": member_id}
        await session.execute(_FORGET_SKIPS, here)
    return outcomes


_LOCK_HELD = text("""
    SELECT id FROM reservations
    WHERE workspace_id = :workspace_id AND task_id = ANY(:tasks) AND state = 'held' ORDER BY id FOR UPDATE
""")
_RUNS_HELD = text("""
    SELECT DISTINCT run_id FROM reservations
    WHERE workspace_id = :workspace_id AND task_id = ANY(:tasks) AND state = 'held'
""")
_END = text("""
    UPDATE reservations SET state = :state, ended_at = now(), reason = :reason
    WHERE workspace_id = :workspace_id AND task_id = ANY(:tasks) AND run_id = ANY(:runs) AND state = 'held'
    RETURNING id, project_id, task_id, run_id, step, member_id
""")
# Whoever skipped a step never gets it again by themselves; a lead who keeps it for them knows better.
_FORGET_SKIPS = text("""
    DELETE FROM step_skips WHERE workspace_id = :workspace_id AND member_id = :member_id AND step_run_id = ANY(ARRAY(
        SELECT id FROM step_runs
        WHERE workspace_id = :workspace_id AND reserved_for = :member_id AND state = 'queued'
          AND task_id = ANY(:tasks)))
""")
