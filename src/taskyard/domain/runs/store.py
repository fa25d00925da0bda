"""Every query about runs and step runs. Locks are taken in one order: step runs, then runs, then tasks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.runs.problems import NoSuchRun, NoSuchStepRun
from taskyard.domain.runs.rules import RunState
from taskyard.domain.runs.tables import Run, StepRun
from taskyard.domain.tasks import PRIORITY_MIN, Task

FRESH = {"populate_existing": True}


async def get(session: AsyncSession, workspace_id: UUID, run_id: UUID) -> Run:
    """Return a run, or NoSuchRun."""
    found: Run | None = await session.scalar(select(Run).where(Run.workspace_id == workspace_id, Run.id == run_id))
    if found is None:
        raise NoSuchRun(run_id=run_id)
    return found


async def lock(session: AsyncSession, workspace_id: UUID, run_id: UUID) -> Run:
    """Return a run to be changed, or NoSuchRun."""
    found: Run | None = await session.scalar(
        select(Run)
        .where(Run.workspace_id == workspace_id, Run.id == run_id)
        .with_for_update()
        .execution_options(**FRESH)
    )
    if found is None:
        raise NoSuchRun(run_id=run_id)
    return found


async def step_runs(session: AsyncSession, workspace_id: UUID, run_id: UUID) -> list[StepRun]:
    """Return the step runs of a run, oldest first."""
    rows = await session.scalars(
        select(StepRun)
        .where(StepRun.workspace_id == workspace_id, StepRun.run_id == run_id)
        .order_by(StepRun.id)
        .execution_options(**FRESH)
    )
    return list(rows)


async def lock_step_runs(session: AsyncSession, workspace_id: UUID, run_id: UUID) -> list[StepRun]:
    """Lock all step runs of a run, in the order of their ids."""
    rows = await session.scalars(
        select(StepRun)
        .where(StepRun.workspace_id == workspace_id, StepRun.run_id == run_id)
        .order_by(StepRun.id)
        .with_for_update()
        .execution_options(**FRESH)
    )
    return list(rows)


async def lock_step_run(session: AsyncSession, workspace_id: UUID, step_run_id: UUID) -> StepRun:
    """Return a step run to be changed, or NoSuchStepRun."""
    found: StepRun | None = await session.scalar(
        select(StepRun)
        .where(StepRun.workspace_id == workspace_id, StepRun.id == step_run_id)
        .with_for_update()
        .execution_options(**FRESH)
    )
    if found is None:
        raise NoSuchStepRun(step_run_id=step_run_id)
    return found


async def lock_step_runs_of_task(session: AsyncSession, workspace_id: UUID, task_id: UUID) -> list[StepRun]:
    """Lock the step runs of a task's latest run, before the task is locked."""
    latest = select(Task.run_id).where(Task.workspace_id == workspace_id, Task.id == task_id).scalar_subquery()
    rows = await session.scalars(
        select(StepRun)
        .where(StepRun.workspace_id == workspace_id, StepRun.run_id == latest)
        .order_by(StepRun.id)
        .with_for_update(of=StepRun)
        .execution_options(**FRESH)
    )
    return list(rows)


async def stand_in_line(
    session: AsyncSession, workspace_id: UUID, run_id: UUID | None, by_step: Mapping[str, int]
) -> None:
    """Let the open step runs of a run stand by these priorities, less what each has gained by waiting.

    What somebody is just taking is passed over: the task is locked, and nothing that is locked here is waited for.
    """
    told = {"workspace_id": workspace_id, "run_id": run_id, "by_step": json.dumps(by_step), "least": PRIORITY_MIN}
    await session.execute(_STAND_IN_LINE, told)


async def keep_only_for_takers(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> None:
    """Of these turns, leave those kept whose roles admit the member; the others stay kept for the next turn."""
    await session.execute(_KEEP_ONLY_FOR_TAKERS, {"workspace_id": workspace_id, "ids": list(ids)})


async def keep_waiting(session: AsyncSession, workspace_id: UUID, task_ids: Sequence[UUID]) -> None:
    """Let what these tasks keep for somebody go over to a turn of theirs that waits, where their role admits it."""
    await session.execute(_KEEP_WAITING, {"workspace_id": workspace_id, "tasks": list(task_ids)})


async def delete_of_task(session: AsyncSession, workspace_id: UUID, task_id: UUID) -> None:
    """Remove all runs and step runs of a task."""
    for table in ("step_runs", "runs"):
        await session.execute(
            text(f"DELETE FROM {table} WHERE workspace_id = :workspace_id AND task_id = :task_id"),  # noqa: S608
            {"workspace_id": workspace_id, "task_id": task_id},
        )


async def overdue_cancellations(session: AsyncSession) -> list[tuple[UUID, UUID]]:
    """Return workspace and run of every cancelled run past its deadline. For workers, who see all workspaces."""
    rows = await session.execute(
        select(Run.workspace_id, Run.id).where(Run.state == RunState.CANCELLING, Run.cancel_by < func.now()).limit(100)
    )
    return [(workspace_id, run_id) for workspace_id, run_id in rows]


async def claim_for_model(
    session: AsyncSession, workspace_id: UUID, models: list[str], worker: str, lease: timedelta
) -> Any:
    """Take the next due step run of a workspace for one of these models, or None. One guarded statement."""
    found = await session.execute(
        _CLAIM_FOR_MODEL,
        {"workspace_id": workspace_id, "models": models, "worker": worker, "lease": lease},
    )
    return found.first()


async def workspaces_with_model_work(session: AsyncSession, models: list[str]) -> list[UUID]:
    """Return workspaces with due model work, those with the least in hand first, so that nobody starves.

    Among equals chance decides: any fixed order would let one of them go first each time.
    """
    rows = await session.execute(_WORKSPACES_WITH_WORK, {"models": models})
    return [row.workspace_id for row in rows]


async def announce_work(session: AsyncSession) -> None:
    """Wake idle workers once this is committed. Only for models' work: people's claims never wait behind a NOTIFY."""
    await session.execute(text("SELECT pg_notify('taskyard_work', '')"))


async def extend_lease(
    session: AsyncSession, workspace_id: UUID, step_run_id: UUID, token: int, lease: timedelta
) -> str | None:
    """Keep a worker's lease; return the state of its run, or None when the lease is no longer its own."""
    found = await session.execute(
        _EXTEND, {"workspace_id": workspace_id, "id": step_run_id, "token": token, "lease": lease}
    )
    row = found.first()
    return str(row.state) if row else None


async def lost_leases(session: AsyncSession, workspace_id: UUID | None) -> list[tuple[UUID, UUID]]:
    """Return workspace and id of step runs whose lease ran out. Without a workspace: of all, for workers."""
    rows = await session.execute(_LOST, {"workspace_id": workspace_id})
    return [(row.workspace_id, row.id) for row in rows]


_STAND_IN_LINE = text("""
    UPDATE step_runs SET priority = greatest(:least, CAST(CAST(:by_step AS jsonb) ->> step AS bigint) - aged)
    WHERE workspace_id = :workspace_id AND id = ANY(ARRAY(
        SELECT id FROM step_runs
        WHERE workspace_id = :workspace_id AND run_id = :run_id AND state IN ('queued', 'running', 'waiting')
        FOR UPDATE SKIP LOCKED))
""")
_ADMITTED = """EXISTS (SELECT 1 FROM members WHERE members.workspace_id = :workspace_id
    AND members.id = {whose} AND members.state = 'active'
    AND (turn.roles IS NULL OR members.role = ANY(turn.roles)))"""
_KEEP_ONLY_FOR_TAKERS = text(f"""
    WITH refused AS (
        UPDATE step_runs SET reserved_for = NULL
        FROM (SELECT turn.id, turn.reserved_for AS member_id FROM step_runs AS turn
              WHERE turn.workspace_id = :workspace_id AND turn.id = ANY(:ids)
                AND NOT {_ADMITTED.format(whose="turn.reserved_for")}) AS wrong
        WHERE step_runs.workspace_id = :workspace_id AND step_runs.id = wrong.id
        RETURNING step_runs.task_id, wrong.member_id)
    UPDATE tasks SET reserved_for = refused.member_id
    FROM refused JOIN members ON members.workspace_id = :workspace_id AND members.id = refused.member_id
    WHERE tasks.workspace_id = :workspace_id AND tasks.id = refused.task_id AND members.state = 'active'
""")  # noqa: S608 - constants
# One turn a task: the one that has waited longest.
_KEEP_WAITING = text(f"""
    WITH kept AS (
        UPDATE step_runs SET reserved_for = wanted.member_id
        FROM (SELECT DISTINCT ON (tasks.id) turn.id, tasks.reserved_for AS member_id
              FROM tasks JOIN step_runs AS turn ON turn.workspace_id = :workspace_id AND turn.run_id = tasks.run_id
              WHERE tasks.workspace_id = :workspace_id AND tasks.id = ANY(:tasks) AND tasks.reserved_for IS NOT NULL
                AND turn.state = 'queued' AND turn.performer = 'people'
                AND {_ADMITTED.format(whose="tasks.reserved_for")}
              ORDER BY tasks.id, turn.id) AS wanted
        WHERE step_runs.workspace_id = :workspace_id AND step_runs.id = wanted.id
        RETURNING step_runs.task_id)
    UPDATE tasks SET reserved_for = NULL FROM kept
    WHERE tasks.workspace_id = :workspace_id AND tasks.id = kept.task_id
""")  # noqa: S608 - constants
_CLAIM_FOR_MODEL = text("""
    UPDATE step_runs SET state = 'running', attempt = attempt + 1, token = token + 1, worker = :worker,
        lease_until = now() + :lease, started_at = now(), due_at = NULL, reason = NULL
    WHERE workspace_id = :workspace_id AND id = (
        SELECT id FROM step_runs
        WHERE workspace_id = :workspace_id AND performer = ANY(:models)
          AND state IN ('queued', 'waiting') AND performer NOT IN ('people', 'agents')
          AND (due_at IS NULL OR due_at <= now())
        ORDER BY priority, task_id, id
        FOR UPDATE SKIP LOCKED LIMIT 1)
    RETURNING id, run_id, task_id, project_id, step, performer, attempt, token
""")
_WORKSPACES_WITH_WORK = text("""
    SELECT due.workspace_id, (
        SELECT count(*) FROM step_runs AS held
        WHERE held.workspace_id = due.workspace_id AND held.state = 'running' AND held.worker IS NOT NULL) AS in_hand
    FROM (
        SELECT DISTINCT workspace_id FROM step_runs
        WHERE state IN ('queued', 'waiting') AND performer NOT IN ('people', 'agents')
          AND performer = ANY(:models) AND (due_at IS NULL OR due_at <= now())) AS due
    ORDER BY in_hand, random()
""")
_EXTEND = text("""
    UPDATE step_runs SET lease_until = now() + :lease
    FROM runs
    WHERE step_runs.workspace_id = :workspace_id AND step_runs.id = :id
      AND step_runs.token = :token AND step_runs.state = 'running'
      AND runs.workspace_id = :workspace_id AND runs.id = step_runs.run_id
    RETURNING runs.state
""")
_LOST = text("""
    SELECT workspace_id, id FROM step_runs
    WHERE state = 'running' AND lease_until < now()
      AND (CAST(:workspace_id AS uuid) IS NULL OR workspace_id = CAST(:workspace_id AS uuid))
    ORDER BY lease_until LIMIT 500
""")
