"""Every query about work in hand, and the one statement that hands it out."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission
from taskyard.domain.reservations.problems import NoSuchReservation
from taskyard.domain.reservations.rules import ReservationState, Taker
from taskyard.domain.reservations.tables import Reservation, StepSkip
from taskyard.kit.db.direct import Row, fetch


async def claim(
    session: AsyncSession,
    actor: Actor,
    reservation_id: UUID,
    *,
    performers: Sequence[str],
    project_id: UUID | None,
    step: str | None,
) -> Row | None:
    """Hand out the next step run to a member, or None when there is none for them.

    One guarded statement: among many who ask at once each row goes to one. Work kept for the member comes first,
    then what was sent back to them, then priority, oldest task, id.
    """
    values = {
        "workspace_id": actor.workspace_id,
        "reservation_id": reservation_id,
        "me": actor.me,
        "role": actor.role,
        "performers": list(performers),
        "project_id": project_id,
        "step": step,
    }
    rows = await fetch(session, _CLAIM.replace("/*filters*/", _filters(project_id, step)), values)
    return rows[0] if rows else None


def _filters(project_id: UUID | None, step: str | None) -> str:
    by_project = "" if project_id is None else " AND s.project_id = %(project_id)s"
    return by_project + ("" if step is None else " AND s.step = %(step)s")


def _narrowed(statement: str, taker: Taker) -> str:
    return statement.replace("/*filters*/", _filters(taker.project_id, taker.step))


async def lock(session: AsyncSession, actor: Actor, reservation_id: UUID) -> Reservation:
    """Return a hold to be changed. Members see their own, managers all; any other is NoSuchReservation."""
    asked = select(Reservation).where(Reservation.workspace_id == actor.workspace_id, Reservation.id == reservation_id)
    if not actor.may(Permission.WORK_RELEASE_ANY):
        asked = asked.where(Reservation.member_id == actor.me)
    found: Reservation | None = await session.scalar(asked.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NoSuchReservation(reservation_id=reservation_id)
    return found


async def held_for_step_run(session: AsyncSession, workspace_id: UUID, step_run_id: UUID) -> Reservation | None:
    """Return who holds a step run, locked."""
    held = await _held(session, workspace_id, Reservation.step_run_id == step_run_id)
    return held[0] if held else None


async def held_in_run(session: AsyncSession, workspace_id: UUID, task_id: UUID, run_id: UUID) -> list[Reservation]:
    """Return what people hold of a run, locked."""
    return await _held(session, workspace_id, Reservation.task_id == task_id, Reservation.run_id == run_id)


async def held_by_member(session: AsyncSession, workspace_id: UUID, member_id: UUID) -> list[Reservation]:
    """Return what a member holds, locked."""
    return await _held(session, workspace_id, Reservation.member_id == member_id)


async def _held(session: AsyncSession, workspace_id: UUID, *which: ColumnElement[bool]) -> list[Reservation]:
    rows = await session.scalars(
        select(Reservation)
        .where(Reservation.workspace_id == workspace_id, Reservation.state == ReservationState.HELD, *which)
        .order_by(Reservation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def forget(session: AsyncSession, workspace_id: UUID, reservation_id: UUID) -> None:
    """Undo a hold that nobody was told of."""
    await session.execute(
        delete(Reservation).where(Reservation.workspace_id == workspace_id, Reservation.id == reservation_id)
    )


async def note_skip(
    session: AsyncSession, workspace_id: UUID, step_run_id: UUID, member_id: UUID, reason: str | None
) -> None:
    """Remember that a member does not want a step run."""
    await session.execute(
        _SKIP,
        {"workspace_id": workspace_id, "step_run_id": step_run_id, "member_id": member_id, "reason": reason},
    )


async def forget_skip(session: AsyncSession, workspace_id: UUID, step_run_id: UUID, member_id: UUID) -> None:
    """Let a member have a step run again that they skipped."""
    await session.execute(
        delete(StepSkip).where(
            StepSkip.workspace_id == workspace_id,
            StepSkip.step_run_id == step_run_id,
            StepSkip.member_id == member_id,
        )
    )


async def sent_back(session: AsyncSession, workspace_id: UUID, run_id: UUID) -> Row | None:
    """Return by whom, when and why a run was begun in the place of another; None when it was not sent back."""
    rows = await fetch(session, _SENT_BACK, {"workspace_id": workspace_id, "run_id": run_id})
    return rows[0] if rows else None


async def line_of(session: AsyncSession, taker: Taker, limit: int) -> list[Row]:
    """Return what somebody would be handed next, in the very order of the claim. Locks nothing."""
    return await fetch(session, _narrowed(_LINE, taker), {**taker._asdict(), "limit": limit})


async def skipped_before(session: AsyncSession, taker: Taker, turn: Row) -> int:
    """Return how much of what is free for somebody would come before this turn, had they not skipped it."""
    values = {**taker._asdict(), "priority": turn.priority, "task_id": turn.task_id, "id": turn.id}
    (row,) = await fetch(session, _narrowed(_SKIPPED_BEFORE, taker), values)
    return int(row.number)


_SKIP = text("""
    INSERT INTO step_skips (workspace_id, step_run_id, member_id, reason)
    VALUES (:workspace_id, :step_run_id, :member_id, :reason)
    ON CONFLICT (workspace_id, step_run_id, member_id) DO NOTHING
""")

_SENT_BACK = """
    SELECT data ->> 'reason' AS reason, actor_name AS by, at FROM facts
    WHERE workspace_id = %(workspace_id)s AND run_id = %(run_id)s AND name = 'task.sent_back'
    ORDER BY number DESC LIMIT 1
"""
_FREE = "SELECT s.id FROM step_runs AS s WHERE s.workspace_id = %(workspace_id)s AND s.state = 'queued'"
_MAY = """
          AND s.performer = ANY(%(performers)s) AND s.performer IN ('people', 'agents')
          AND (s.roles IS NULL OR %(role)s = ANY(s.roles)) /*filters*/
          AND NOT EXISTS (SELECT 1 FROM step_skips AS k WHERE k.workspace_id = %(workspace_id)s
                          AND k.step_run_id = s.id AND k.member_id = %(me)s)
        ORDER BY s.priority, s.task_id, s.id"""
_FITS = f"{_MAY} FOR UPDATE OF s SKIP LOCKED LIMIT 1"
# The three places to look, each with an index of its own, stand in one COALESCE: it asks for the next only when the
# one before had nothing. COALESCE itself stands in a sub-select: under row-level security a bare one is no condition
# that PostgreSQL takes to an index, and each claim would read every step run of the workspace.
# Who takes again what they had before goes on with the draft they left.
# The task asks for the run, so that it comes behind it, as everywhere: PostgreSQL takes parts of a statement that do
# not ask for each other in any order, and a model that begins another step of the same run takes the run first.
# Run and task are moved in the same statement, by the table of moves: a queued task begins, any other stays.
_CLAIM = f"""
    WITH claimed AS (
        UPDATE step_runs SET state = 'running', attempt = attempt + 1, token = token + 1, holder_id = %(me)s,
            lease_until = now() + make_interval(secs => hold_seconds), started_at = coalesce(started_at, now())
        WHERE workspace_id = %(workspace_id)s AND id = (SELECT COALESCE(
            ({_FREE} AND s.reserved_for = %(me)s {_FITS}),
            ({_FREE} AND s.reserved_for IS NULL AND s.sent_back_to = %(me)s {_FITS}),
            ({_FREE} AND s.reserved_for IS NULL AND s.sent_back_to IS NULL {_FITS})))
        RETURNING *
    ), running AS (
        UPDATE runs SET state = 'running', reason = NULL, started_at = coalesce(runs.started_at, now())
        FROM claimed WHERE runs.workspace_id = %(workspace_id)s AND runs.id = claimed.run_id
          AND runs.state IN ('queued', 'waiting')
        RETURNING runs.id
    ), begun AS (
        UPDATE tasks SET status = 'in_progress'
        FROM claimed CROSS JOIN (SELECT count(*) AS moved FROM running) AS run
        WHERE tasks.workspace_id = %(workspace_id)s AND tasks.id = claimed.task_id
          AND tasks.status = 'queued' AND run.moved >= 0
    ), held AS (
        INSERT INTO reservations (workspace_id, id, step_run_id, run_id, task_id, project_id, step, member_id, state,
                                  token, hold_seconds, lease_until, draft, draft_revision, draft_saved_at)
        SELECT claimed.workspace_id, %(reservation_id)s, claimed.id, claimed.run_id, claimed.task_id,
               claimed.project_id, claimed.step, %(me)s, 'held', claimed.token, claimed.hold_seconds,
               claimed.lease_until, before.draft, coalesce(before.draft_revision, 0), before.draft_saved_at
        FROM claimed LEFT JOIN LATERAL (
            SELECT draft, draft_revision, draft_saved_at FROM reservations
            WHERE reservations.workspace_id = %(workspace_id)s AND reservations.member_id = %(me)s
              AND reservations.task_id = claimed.task_id AND reservations.step_run_id = claimed.id
              AND reservations.draft IS NOT NULL AND reservations.state <> 'submitted'
            ORDER BY reservations.id DESC LIMIT 1) AS before ON claimed.attempt > 1
        RETURNING draft, draft_revision, draft_saved_at
    )
    SELECT claimed.id, claimed.run_id, claimed.task_id, claimed.project_id, claimed.step, claimed.attempt,
           claimed.token, claimed.hold_seconds, claimed.lease_until, claimed.priority, claimed.aged,
           claimed.created_at AS opened_at, claimed.reserved_for, claimed.sent_back_to, tasks.priority AS task_priority,
           now() AS held_at, held.draft, held.draft_revision, held.draft_saved_at,
           tasks.external_id, tasks.batch, tasks.preview, tasks.created_at, tasks.redo_count, tasks.picture_id,
           tasks.last_submitted_at, tasks.upload_id, task_inputs.input, task_prefills.answer AS brought,
           runs.flow_version, runs.settings, runs.number, projects.name AS project_name, projects.instructions
    FROM claimed CROSS JOIN held
    JOIN tasks ON tasks.workspace_id = %(workspace_id)s AND tasks.id = claimed.task_id
    JOIN task_inputs ON task_inputs.workspace_id = %(workspace_id)s AND task_inputs.task_id = claimed.task_id
    LEFT JOIN task_prefills ON task_prefills.workspace_id = %(workspace_id)s
        AND task_prefills.task_id = claimed.task_id AND task_prefills.step = claimed.step
    JOIN runs ON runs.workspace_id = %(workspace_id)s AND runs.id = claimed.run_id
    JOIN projects ON projects.workspace_id = %(workspace_id)s AND projects.id = claimed.project_id
"""  # noqa: S608 - built from constants of this file
_WAITS = """
        (SELECT {place} AS place, s.id, s.task_id, s.project_id, s.step, s.priority, s.aged, s.created_at AS opened_at
         FROM step_runs AS s WHERE s.workspace_id = %(workspace_id)s AND s.state = 'queued' AND {which} {may}
         LIMIT %(limit)s)"""
# The three places of the claim, one after the other, each along its own index.
_LINE = f"""
    SELECT line.*, tasks.external_id, tasks.preview, tasks.created_at, tasks.priority AS task_priority,
           projects.name AS project_name
    FROM ({_WAITS.format(place=0, which="s.reserved_for = %(me)s", may=_MAY)}
        UNION ALL
        {_WAITS.format(place=1, which="s.reserved_for IS NULL AND s.sent_back_to = %(me)s", may=_MAY)}
        UNION ALL
        {_WAITS.format(place=2, which="s.reserved_for IS NULL AND s.sent_back_to IS NULL", may=_MAY)}) AS line
    JOIN tasks ON tasks.workspace_id = %(workspace_id)s AND tasks.id = line.task_id
    JOIN projects ON projects.workspace_id = %(workspace_id)s AND projects.id = line.project_id
    ORDER BY line.place, line.priority, line.task_id, line.id LIMIT %(limit)s
"""  # noqa: S608 - built from constants of this file
_SKIPPED_BEFORE = """
    SELECT count(*) AS number FROM step_skips AS k
    JOIN step_runs AS s ON s.workspace_id = %(workspace_id)s AND s.id = k.step_run_id
    WHERE k.workspace_id = %(workspace_id)s AND k.member_id = %(me)s AND s.state = 'queued'
      AND s.reserved_for IS NULL AND s.sent_back_to IS NULL AND s.performer = ANY(%(performers)s)
      AND (s.roles IS NULL OR %(role)s = ANY(s.roles)) /*filters*/
      AND (s.priority, s.task_id, s.id) < (%(priority)s, %(task_id)s, %(id)s)
"""
