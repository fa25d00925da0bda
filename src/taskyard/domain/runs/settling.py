"""Where many runs and tasks stand after their turns went back into the line: the one rule, a few statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.runs.progress import settle
from taskyard.domain.runs.rules import RUN, STEP_RUN, RunState
from taskyard.domain.runs.tables import Run, StepRun
from taskyard.domain.tasks import Task
from taskyard.kit.db import clock
from taskyard.kit.db.direct import Row, fetch


async def give_back_many(session: AsyncSession, workspace_id: UUID, tokens: dict[UUID, int]) -> list[UUID]:
    """Put turns back into the line that are held under these tokens, for anybody to take; return their runs.

    Those whose lease has passed to somebody else are left alone. The runs are then to be settled.
    """
    here = {"workspace_id": workspace_id}
    rows = await fetch(session, _LOCK_TURNS, {**here, "ids": list(tokens), "states": STEP_RUN.sources("return")})
    ours = [row for row in rows if row.token == tokens[row.id]]
    if ours:
        await fetch(session, _GIVE_BACK, {**here, "ids": [row.id for row in ours]})
    return list(dict.fromkeys(row.run_id for row in ours))


async def settle_many(session: AsyncSession, workspace_id: UUID, run_ids: Sequence[UUID]) -> None:
    """Write where these runs and their tasks stand now. The turns that changed are locked by the caller.

    Only for turns that went back: nothing can be due by that, and nothing over.
    """
    if not run_ids:
        return
    here = {"workspace_id": workspace_id, "runs": list(run_ids)}
    runs = {row.id: row for row in await fetch(session, _LOCK_RUNS, here)}
    tasks = {row.run_id: row for row in await fetch(session, _LOCK_TASKS, {**here, "tasks": _tasks_of(runs)})}
    turns: dict[UUID, list[StepRun]] = {}
    # Behind the locks: what is read is each run as its last writer left it.
    for row in await fetch(session, _TURNS, here):
        turns.setdefault(row.run_id, []).append(StepRun(**row._asdict()))
    now = await clock.now(session)
    moved_runs: dict[tuple[Any, ...], list[UUID]] = {}
    moved_tasks: dict[tuple[Any, ...], list[UUID]] = {}
    for run_id, before in runs.items():
        its_task = tasks.get(run_id)
        if its_task is None or RUN.is_final(before.state) or before.state == RunState.CANCELLING:
            continue
        run = Run(state=before.state, reason=before.reason, started_at=before.started_at)
        task = Task(status=its_task.status, steps=its_task.steps)
        settle(run, task, turns.get(run_id, []), now)
        if (run.state, run.reason) != (before.state, before.reason):
            moved_runs.setdefault((run.state, run.reason), []).append(run_id)
        if (task.status, task.steps) != (its_task.status, its_task.steps):
            moved_tasks.setdefault((task.status, tuple(task.steps)), []).append(its_task.id)
    for (state, reason), ids in moved_runs.items():
        await fetch(session, _MOVE_RUNS, {**here, "state": state, "reason": reason, "ids": ids})
    for (status, steps), ids in moved_tasks.items():
        await fetch(session, _MOVE_TASKS, {**here, "status": status, "steps": list(steps), "ids": ids})


def _tasks_of(runs: dict[UUID, Row]) -> list[UUID]:
    return list(dict.fromkeys(row.task_id for row in runs.values()))


# In the order of their ids, as everywhere where several are locked: two who lock some of the same rows never wait for
# each other in a ring.
_LOCK_TURNS = """
    SELECT id, run_id, token FROM step_runs
    WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) AND state = ANY(%(states)s)
    ORDER BY id FOR UPDATE
"""
_GIVE_BACK = """
    UPDATE step_runs SET state = 'queued', token = token + 1, lease_until = NULL, holder_id = NULL, worker = NULL,
        reserved_for = NULL, sent_back_to = NULL
    WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)
"""
_LOCK_RUNS = """
    SELECT id, task_id, state, reason, started_at FROM runs
    WHERE workspace_id = %(workspace_id)s AND id = ANY(%(runs)s) ORDER BY id FOR UPDATE
"""
_LOCK_TASKS = """
    SELECT id, run_id, status, steps FROM tasks
    WHERE workspace_id = %(workspace_id)s AND id = ANY(%(tasks)s) ORDER BY id FOR UPDATE
"""
_TURNS = """
    SELECT id, run_id, step, performer, state, reason FROM step_runs
    WHERE workspace_id = %(workspace_id)s AND run_id = ANY(%(runs)s) ORDER BY id
"""
_MOVE_RUNS = """
    UPDATE runs SET state = %(state)s, reason = %(reason)s
    WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)
"""
_MOVE_TASKS = """
    UPDATE tasks SET status = %(status)s, steps = %(steps)s
    WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)
"""
