"""Every query about many tasks at once. Locks are taken in the one order, and in each table by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain.runs.many_rules import Change, Standing
from taskyard.domain.tasks import seen_by
from taskyard.kit.ids import id_list

OPEN = "('queued', 'running', 'waiting')"


class Row(NamedTuple):
    """One of many tasks, behind its lock."""

    id: UUID
    run_id: UUID | None
    run_number: int | None
    priority: int
    batch: str | None
    reserved_for: UUID | None
    step_priorities: dict[str, int] | None
    standing: Standing


async def lock(
    session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID], *, with_turns: bool = True, with_runs: bool = True
) -> None:
    """Lock tasks to be changed; before them their open turns and their runs, when these change as well."""
    here = {"workspace_id": workspace_id, "ids": id_list(ids)}
    locked = id_list([])
    if with_turns:
        locked = await session.scalar(_RUNS_OF, {**here, "but": locked}) or locked
        await _lock_turns(session, workspace_id, locked, with_runs=with_runs)
    await session.execute(_LOCK_TASKS, here)
    if with_turns and (later := await session.scalar(_RUNS_OF, {**here, "but": locked})):
        # Rare: somebody began another run in between. Its turns come behind the task here, so a ring is possible;
        # then one of the two is undone and begins again.
        await _lock_turns(session, workspace_id, later, with_runs=with_runs)


async def _lock_turns(session: AsyncSession, workspace_id: UUID, runs: str, *, with_runs: bool) -> None:
    for statement in (_LOCK_TURNS, _LOCK_RUNS) if with_runs else (_LOCK_TURNS,):
        await session.execute(statement, {"workspace_id": workspace_id, "runs": runs})


async def read(session: AsyncSession, actor: Actor, change: Change, ids: Sequence[UUID]) -> list[Row]:
    """Return where these tasks stand, in the order of their ids. What this actor does not see is left out.

    Those that stand alike come as one row with all their ids: ten thousand rows would cost more than the change.
    """
    where = ["tasks.workspace_id = :workspace_id", "tasks.id = ANY(CAST(:ids AS uuid[]))", *seen_by(actor)]
    statement = f"""
        SELECT array_agg(tasks.id), array_agg(tasks.run_id), {_OWN}, {_standing(change)}
        {_from(change)} WHERE {" AND ".join(where)}
        GROUP BY {_numbers(3, _OWN_COUNT + len(Standing._fields))}
    """
    values = {**change.values, "workspace_id": actor.workspace_id, "ids": id_list(ids)}
    rows = []
    for task_ids, run_ids, *rest in await session.execute(text(statement), values):
        own = (*rest[:_OWN_COUNT], standing_of(rest[_OWN_COUNT:]))
        rows += [Row._make((*pair, *own)) for pair in zip(task_ids, run_ids, strict=True)]
    return sorted(rows, key=_by_id)


async def alike(
    session: AsyncSession, workspace_id: UUID, change: Change, where: Sequence[str], values: Mapping[str, Any]
) -> list[tuple[Standing, int]]:
    """Return how many of the tasks that meet these conditions stand how. Changes and locks nothing."""
    conditions = " AND ".join(["tasks.workspace_id = :workspace_id", *where])
    statement = f"""
        SELECT {_standing(change)}, count(*) {_from(change)} WHERE {conditions}
        GROUP BY {_numbers(1, len(Standing._fields))}
    """
    bound = {**values, **change.values, "workspace_id": workspace_id}
    return [(standing_of(row[:-1]), int(row[-1])) for row in await session.execute(text(statement), bound)]


def _numbers(first: int, count: int) -> str:
    return ", ".join(map(str, range(first, first + count)))


def _by_id(row: Row) -> int:
    return row.id.int


def standing_of(row: Sequence[Any]) -> Standing:
    """Return a standing from its columns; its lists become what may be a key."""
    return Standing._make(tuple(value) if isinstance(value, list) else value for value in row)


def _standing(change: Change) -> str:
    turns = _TURNS if change.needs_turns else _NO_TURNS
    return f"tasks.project_id, runs.flow_version, tasks.status, runs.state, tasks.steps, {turns}, {change.has_value}"


def _from(change: Change) -> str:
    return f"FROM tasks {_RUN} {_LOOK_AT_TURNS if change.needs_turns else ''}".replace(
        "/*who*/", _WHO if "member_id" in change.values else _NOBODY
    )


_OWN = "runs.number, tasks.priority, tasks.batch, tasks.reserved_for, tasks.step_priorities"
_OWN_COUNT = 5
_NO_TURNS = "CAST('{}' AS text[]), false, false, false, false, true"
_TURNS = """turns.answered, turns.is_held, turns.is_held_by_other, turns.is_at_work, turns.is_retrying,
    turns.fits_role"""
_RUN = "LEFT JOIN runs ON runs.workspace_id = :workspace_id AND runs.id = tasks.run_id"
# By the key of the run: nothing else leads from a task to its turns.
_LOOK_AT_TURNS = """LEFT JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT turn.step) FILTER (
               WHERE turn.state = 'completed' AND turn.performer IN ('people', 'agents')), '{}') AS answered,
           coalesce(bool_or(turn.state = 'running' AND turn.holder_id IS NOT NULL), false) AS is_held,
           coalesce(bool_or(turn.state = 'running' AND turn.worker IS NOT NULL), false) AS is_at_work,
           coalesce(bool_or(turn.state = 'waiting' AND turn.performer NOT IN ('people', 'agents')), false)
               AS is_retrying, /*who*/
    FROM step_runs AS turn
    WHERE turn.workspace_id = :workspace_id AND turn.run_id = tasks.run_id) AS turns ON true"""
_OPEN_FOR_PEOPLE = f"turn.state IN {OPEN} AND turn.performer = 'people'"
_WHO = f"""
    coalesce(bool_or(turn.state = 'running' AND turn.holder_id <> CAST(:member_id AS uuid)), false)
        AS is_held_by_other,
    coalesce(bool_and(turn.roles IS NULL OR CAST(:role AS text) = ANY(turn.roles)) FILTER (
        WHERE {_OPEN_FOR_PEOPLE}), true) AS fits_role,
    coalesce(bool_or({_OPEN_FOR_PEOPLE}), false) AS has_open,
    coalesce(bool_and(turn.reserved_for IS NOT DISTINCT FROM CAST(:member_id AS uuid)) FILTER (
        WHERE {_OPEN_FOR_PEOPLE}), true) AS is_kept_so"""
_NOBODY = "false AS is_held_by_other, true AS fits_role"

# As one text, like the lists that go there: nobody here looks at a single one.
_RUNS_OF = text("""
    SELECT CAST(array_agg(run_id) AS text) FROM tasks
    WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[])) AND run_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM unnest(CAST(:but AS uuid[])) AS known(id) WHERE known.id = tasks.run_id)
""")
# Only counted: ten thousand ids would travel for nothing.
_LOCK_TURNS = text(f"""
    SELECT count(*) FROM (
        SELECT 1 FROM step_runs WHERE workspace_id = :workspace_id AND run_id = ANY(CAST(:runs AS uuid[]))
          AND state IN {OPEN}
        ORDER BY id FOR UPDATE) AS locked
""")  # noqa: S608 - constants
_LOCK_RUNS = text("""
    SELECT count(*) FROM (
        SELECT 1 FROM runs WHERE workspace_id = :workspace_id AND id = ANY(CAST(:runs AS uuid[]))
          ORDER BY id FOR UPDATE) AS locked
""")
_LOCK_TASKS = text("""
    SELECT count(*) FROM (
        SELECT 1 FROM tasks WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))
          ORDER BY id FOR UPDATE) AS locked
""")
