"""Runs: one with its steps, all of a task, and the history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission
from taskyard.domain import projects
from taskyard.domain.runs import RUN, NoSuchRun, RunState
from taskyard.kit.db.statements import named_in
from taskyard.kit.pages import EXACT_TOTAL_MAX, PageAsk, read_cursor, write_cursor
from taskyard.views.visibility import bindings, visible

Row = dict[str, Any]


async def page(session: AsyncSession, actor: Actor, run_id: UUID) -> Row:
    """Return a run with its steps, or NoSuchRun when the actor does not see its task."""
    found = await _read(session, actor, "runs.id = :id", {"id": run_id})
    if not found:
        raise NoSuchRun(run_id=run_id)
    return found[0]


async def of_task(session: AsyncSession, actor: Actor, task_id: UUID) -> list[Row]:
    """Return the runs of a task, newest first."""
    return await _read(session, actor, "runs.task_id = :id", {"id": task_id})


async def history(session: AsyncSession, actor: Actor, *, app: UUID | None, states: Sequence[str], ask: PageAsk) -> Row:
    """Return a page of runs, newest first."""
    where = ["runs.workspace_id = :workspace_id"]
    values: Row = {"workspace_id": actor.workspace_id, "limit": ask.limit + 1}
    if app is not None:
        where.append("runs.project_id = :app")
        values["app"] = app
    if states:
        where.append("runs.state = ANY(:states)")
        values["states"] = list(states)
    if (condition := visible(actor)) is not None:
        where.append(condition)
        values |= named_in(condition, bindings(actor))
    bound = ["runs", str(actor.workspace_id), str(app), sorted(states)]
    after = read_cursor(bound, ask.cursor)
    joined = "FROM runs JOIN tasks ON tasks.workspace_id = :workspace_id AND tasks.id = runs.task_id"
    counted = f"SELECT count(*) FROM (SELECT 1 {joined} WHERE {' AND '.join(where)} LIMIT {EXACT_TOTAL_MAX + 1}) AS r"  # noqa: S608
    limitless = {name: value for name, value in values.items() if name != "limit"}
    total = int((await session.execute(text(counted), limitless)).scalar_one())
    if after is not None:
        where.append("runs.id < CAST(:after AS uuid)")
        values["after"] = after[0]
    statement = f"""
        SELECT {_RUN} AS run {joined}
        JOIN projects ON projects.workspace_id = :workspace_id AND projects.id = runs.project_id
        WHERE {" AND ".join(where)} ORDER BY runs.id DESC LIMIT :limit
    """
    rows = [row.run for row in (await session.execute(text(statement), values)).all()]
    more = write_cursor(bound, [rows[ask.limit - 1]["id"]]) if len(rows) > ask.limit else None
    exact = total <= EXACT_TOTAL_MAX
    return {
        "items": rows[: ask.limit],
        "next": more,
        "total": min(total, EXACT_TOTAL_MAX),
        "total_is_exact": exact,
    }


async def _read(session: AsyncSession, actor: Actor, condition: str, values: Row) -> list[Row]:
    where = ["runs.workspace_id = :workspace_id", condition]
    values = {**values, "workspace_id": actor.workspace_id}
    if (seen := visible(actor)) is not None:
        where.append(seen)
        values |= named_in(seen, bindings(actor))
    statement = f"""
        SELECT {_RUN} AS run, runs.project_id, runs.flow_version, tasks.created_by, ({_TURNS}) AS turns
        FROM runs JOIN tasks ON tasks.workspace_id = :workspace_id AND tasks.id = runs.task_id
        JOIN projects ON projects.workspace_id = :workspace_id AND projects.id = runs.project_id
        WHERE {" AND ".join(where)} ORDER BY runs.number DESC LIMIT 100
    """  # noqa: S608 - constants, values are bound
    found = (await session.execute(text(statement), values)).all()
    runs: list[Row] = []
    for row in found:
        version = await projects.version(session, actor.workspace_id, row.project_id, row.flow_version)
        steps = [_step(step.id, step.use, list(step.by), row.turns or []) for step in version.flow.order]
        own = row.created_by is not None and row.created_by == actor.member_id
        runs.append({**row.run, "steps": steps, "can": _can(actor, row.run, steps, own=own)})
    return runs


def _step(step_id: str, use: str, by: list[str], turns: Sequence[Row]) -> Row:
    its = [turn for turn in turns if turn["step"] == step_id]
    states = [turn["state"] for turn in its]
    state = next((s for s in ("running", "waiting", "queued", "failed", "completed") if s in states), None)
    return {
        "id": step_id,
        "use": use,
        "by": by,
        "state": state or (states[0] if states else "pending"),
        "reason": next((turn["reason"] for turn in its if turn["reason"]), None),
        "step_runs": its,
    }


def _can(actor: Actor, run: Row, steps: Sequence[Row], *, own: bool) -> dict[str, str | None]:
    no_own = None if own or actor.may(Permission.TASKS_WRITE) else "Only leads and whoever made it may do this."
    held = any(turn["holder"] for step in steps for turn in step["step_runs"] if turn["state"] == "running")
    busy = "A run of this task is still open." if not RUN.is_final(RunState(run["state"])) else None
    return {
        "cancel": no_own
        or ("A person has this task in hand." if held else None)
        or RUN.why_not(RunState(run["state"]), "cancel"),
        "rerun": no_own or busy,
    }


_RUN = """jsonb_build_object(
    'id', runs.id, 'task_id', runs.task_id, 'number', runs.number, 'state', runs.state, 'reason', runs.reason,
    'project', jsonb_build_object('id', runs.project_id, 'name', projects.name),
    'settings', runs.settings, 'flow_version', runs.flow_version, 'output', runs.output, 'error', runs.error,
    'created_at', runs.created_at, 'started_at', runs.started_at, 'ended_at', runs.ended_at,
    'cancel_by', runs.cancel_by)"""
_TURNS = """
    SELECT jsonb_agg(jsonb_build_object(
        'id', turn.id, 'step', turn.step, 'performer', turn.performer, 'state', turn.state, 'reason', turn.reason,
        'attempt', turn.attempt, 'priority', turn.priority, 'aged', turn.aged,
        'started_at', turn.started_at, 'ended_at', turn.ended_at, 'error', turn.error,
        'holder', CASE WHEN turn.holder_id IS NULL THEN NULL ELSE (
            SELECT jsonb_build_object('id', members.id, 'name', members.name) FROM members
            WHERE members.workspace_id = :workspace_id AND members.id = turn.holder_id) END,
        'answer_id', (SELECT given.id FROM answers AS given WHERE given.workspace_id = :workspace_id
            AND given.step_run_id = turn.id AND given.kind = 'answer')) ORDER BY turn.id)
    FROM step_runs AS turn WHERE turn.workspace_id = :workspace_id AND turn.run_id = runs.id"""
