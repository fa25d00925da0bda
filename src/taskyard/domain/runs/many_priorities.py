"""The priority of many tasks, as a whole or from one of their steps on, with the turns that stand in line by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain import projects
from taskyard.domain.runs import many_rules
from taskyard.domain.runs.many import Outcomes, begin_change
from taskyard.domain.runs.many_rules import Change
from taskyard.domain.runs.many_store import OPEN, Row
from taskyard.domain.tasks import PRIORITY_MIN, priority_at
from taskyard.kit.ids import id_list
from taskyard.ledger import Fact


async def set_priority(
    session: AsyncSession,
    actor: Actor,
    ids: Sequence[UUID],
    priority: int,
    from_step: str | None = None,
    *,
    only: Change | None = None,
) -> Outcomes:
    """Give tasks a priority, or from one of their steps on; their open turns stand in line by it from now.

    With `only`, those it lets through.
    """
    change = only or many_rules.prioritising(priority, from_step)
    outcomes, rows = await begin_change(session, actor, change, ids, with_runs=False)
    after = {row.id: _with(row.step_priorities, from_step, priority) for row in rows}
    if from_step is None:
        await _write(session, actor, rows, priority)
        outcomes.before = {row.id: {"priority": row.priority} for row in rows}
        says = {row.id: f"The task changed: priority {row.priority} became {priority}." for row in rows}
    else:
        outcomes.before = {row.id: {"step_priorities": row.step_priorities} for row in rows}
        await write_overrides(session, actor, rows, after)
        says = {row.id: f"The task changed: priority {priority} from {from_step} on." for row in rows}
    tell_changed(session, actor, rows, says)
    return outcomes


async def restore_overrides(
    session: AsyncSession, actor: Actor, ids: Sequence[UUID], before: dict[str, int] | None, only: Change
) -> Outcomes:
    """Give tasks the priorities of steps again that they had."""
    outcomes, rows = await begin_change(session, actor, only, ids, with_runs=False)
    await write_overrides(session, actor, rows, dict.fromkeys([row.id for row in rows], before))
    says = "The task changed: its steps have the priorities they had before."
    tell_changed(session, actor, rows, dict.fromkeys([row.id for row in rows], says))
    return outcomes


async def _write(session: AsyncSession, actor: Actor, rows: Sequence[Row], priority: int) -> None:
    here = {"workspace_id": actor.workspace_id, "priority": priority}
    await session.execute(_SET, {**here, "ids": id_list(row.id for row in rows)})
    plain = id_list(row.run_id for row in rows if row.run_id and not row.step_priorities)
    await session.execute(_STAND_ALL, {**here, "runs": plain})
    own = [row for row in rows if row.step_priorities]
    await stand_in_line(session, actor, own, dict.fromkeys([row.id for row in own], priority), {})


async def write_overrides(
    session: AsyncSession, actor: Actor, rows: Sequence[Row], after: dict[UUID, dict[str, int] | None]
) -> None:
    """Write the priorities of steps, and let the open turns stand by them."""
    by_value: dict[str, list[UUID]] = {}
    values: dict[str, dict[str, int] | None] = {}
    for row in rows:
        told = repr(sorted((after[row.id] or {}).items()))
        by_value.setdefault(told, []).append(row.id)
        values[told] = after[row.id]
    for told, ids in by_value.items():
        here = {"workspace_id": actor.workspace_id, "ids": id_list(ids), "value": values[told]}
        await session.execute(_SET_OVERRIDES, here)
    await stand_in_line(session, actor, rows, {}, after)


async def stand_in_line(
    session: AsyncSession,
    actor: Actor,
    rows: Sequence[Row],
    priorities: dict[UUID, int],
    overrides: dict[UUID, dict[str, int] | None],
) -> None:
    """Let the open turns of these tasks stand by what holds at their steps now."""
    if not rows:
        return
    known = {row.run_id: row for row in rows if row.run_id is not None}
    here: dict[str, Any] = {"workspace_id": actor.workspace_id}
    by_priority: dict[int, list[UUID]] = {}
    for turn in await session.execute(_OPEN_TURNS, {**here, "runs": id_list(known)}):
        row = known[turn.run_id]
        standing = row.standing
        version = await projects.version(session, actor.workspace_id, standing.project_id, standing.flow_version or 0)
        order = [step.id for step in version.flow.order]
        own = overrides.get(row.id, row.step_priorities)
        priority = priority_at(order, priorities.get(row.id, row.priority), own, turn.step)
        if priority != turn.priority:
            by_priority.setdefault(priority, []).append(turn.id)
    for priority, ids in by_priority.items():
        await session.execute(_STAND, {**here, "ids": id_list(ids), "priority": priority})


def tell_changed(session: AsyncSession, actor: Actor, rows: Sequence[Row], says: dict[UUID, str]) -> None:
    """Record for each of these tasks what was changed about it."""
    facts = [
        Fact("task.changed", says[row.id], row.id, row.standing.project_id, row.id, row.run_id,
             {"status": row.standing.status})
        for row in rows
    ]  # fmt: skip
    ledger.record_many(session, facts, by=actor)


def _with(known: dict[str, int] | None, step: str | None, priority: int) -> dict[str, int] | None:
    return known if step is None else {**(known or {}), step: priority}


_SET = text(
    "UPDATE tasks SET priority = :priority WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))"
)
_SET_OVERRIDES = text("""
    UPDATE tasks SET step_priorities = :value WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))
""").bindparams(bindparam("value", type_=JSONB(none_as_null=True)))
# What waiting has gained stays, as far as there are earlier numbers.
_LESS_AGE = f"greatest({PRIORITY_MIN}, CAST(:priority AS bigint) - aged)"
# What somebody is just taking is passed over: it is on its way out of the line. The tasks are locked here, and whoever
# waits for one of them must not be waited for.
_STAND_ALL = text(f"""
    UPDATE step_runs SET priority = {_LESS_AGE} WHERE workspace_id = :workspace_id AND id = ANY(ARRAY(
        SELECT id FROM step_runs
        WHERE workspace_id = :workspace_id AND run_id = ANY(CAST(:runs AS uuid[])) AND state IN {OPEN}
          AND priority <> {_LESS_AGE}
        FOR UPDATE SKIP LOCKED))
""")  # noqa: S608 - constants
_STAND = text(f"""
    UPDATE step_runs SET priority = {_LESS_AGE}
    WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))
""")  # noqa: S608 - constants
_OPEN_TURNS = text(f"""
    SELECT id, run_id, step, CAST(priority AS bigint) + aged AS priority FROM step_runs
    WHERE workspace_id = :workspace_id AND run_id = ANY(CAST(:runs AS uuid[])) AND state IN {OPEN}
    FOR UPDATE SKIP LOCKED
""")  # noqa: S608 - constants
