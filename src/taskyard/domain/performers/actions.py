"""Verbs of models: take a turn, give its answer, fail, try again, and what happens when a worker is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor, ActorKind
from taskyard.domain import answers, files, projects, runs
from taskyard.domain.answers import By, Work
from taskyard.domain.files import File, Stored
from taskyard.domain.performers import facts
from taskyard.domain.runs import STEP_RUN, RunState, StepRun, StepRunState
from taskyard.kit.db import clock
from taskyard.kit.db.engine import Database, enter_workspace
from taskyard.kit.problems import Problem
from taskyard.models.contract import Outcome


@dataclass(frozen=True, slots=True)
class Turn:
    """A model's turn in a worker's hands. `token` fences every later write."""

    workspace_id: UUID
    id: UUID
    run_id: UUID
    task_id: UUID
    project_id: UUID
    step: str
    performer: str
    attempt: int
    token: int
    work: Work
    files: Mapping[str, File]
    settings: Mapping[str, Any]
    timeout_seconds: float | None

    @property
    def actor(self) -> Actor:
        """Return the model as one who acts."""
        return Actor(self.workspace_id, ActorKind.MODEL, self.performer)


async def take_turn(database: Database, models: list[str], worker: str, lease_seconds: float) -> Turn | None:
    """Take the next due turn for one of these models from the workspace that has the least in hand."""
    async with database.transaction() as session:
        workspaces = await runs.workspaces_with_model_work(session, models)
    for workspace_id in workspaces:
        async with database.transaction(workspace_id) as session:
            claimed = await runs.claim_for_model(
                session, workspace_id, models, worker, timedelta(seconds=lease_seconds)
            )
            if claimed is None:
                continue
            turn = await _begin(session, workspace_id, claimed)
            if turn is not None:
                return turn
    return None


async def _begin(session: AsyncSession, workspace_id: UUID, claimed: Any) -> Turn | None:
    actor = Actor(workspace_id, ActorKind.MODEL, claimed.performer)
    says = f"{claimed.performer} began {claimed.step}"
    says += "." if claimed.attempt == 1 else f", attempt {claimed.attempt}."
    ledger.record(session, facts.turn_fact("started", claimed, says, state="running"), by=actor)
    step_run = await runs.lock_step_run(session, workspace_id, claimed.id)
    going = await answers.going_of(session, actor, step_run)
    await runs.advance(session, actor, going)
    try:
        work = await answers.work_of(session, going, claimed.step)
        named = [("with.image", picture, "image")] if isinstance(picture := work.given.get("image"), str) else []
        found = await files.require_all(session, workspace_id, named)
    except Problem as problem:
        # What the step is given cannot be had: no attempt would change that.
        await answers.fail(session, actor, step_run, answers.error_of(problem))
        return None
    step = going.flow.step(claimed.step)
    return Turn(
        workspace_id,
        claimed.id,
        claimed.run_id,
        claimed.task_id,
        claimed.project_id,
        claimed.step,
        claimed.performer,
        claimed.attempt,
        claimed.token,
        work,
        {str(file.id): file for file in found},
        going.run.settings,
        step.timeout_seconds,
    )


async def heartbeat(database: Database, turn: Turn, lease_seconds: float) -> RunState | None:
    """Keep the lease; return the state of the run, or None when the turn is no longer this worker's."""
    async with database.transaction(turn.workspace_id) as session:
        state = await runs.extend_lease(
            session, turn.workspace_id, turn.id, turn.token, timedelta(seconds=lease_seconds)
        )
    return RunState(state) if state else None


async def finish(database: Database, turn: Turn, outcome: Outcome, drawn: Stored | None, seconds: float) -> bool:
    """Record what a model gave. Returns False, and keeps nothing, when the lease had passed to somebody else."""
    async with database.transaction(turn.workspace_id) as session:
        step_run = await _still_ours(session, turn)
        if step_run is None:
            return False
        data = dict(outcome.data)
        if drawn is not None:
            file = await files.keep(session, turn.actor, drawn)
            await files.use(session, turn.workspace_id, [(turn.task_id, file.id)])
            data["image"] = str(file.id)
        going = await answers.going_of(session, turn.actor, step_run)
        by = By(
            turn.performer,
            model=turn.performer,
            confidence=outcome.confidence,
            seconds=round(seconds, 3),
            cost=outcome.credits,
        )
        await answers.give(session, turn.actor, step_run, going, turn.work, data, by)
    return True


async def fail(database: Database, turn: Turn, error: Mapping[str, Any], *, may_retry: bool) -> None:
    """Record a failed attempt: it is tried again after a pause, or given up with its reason after the last one."""
    async with database.transaction(turn.workspace_id) as session:
        step_run = await _still_ours(session, turn)
        if step_run is not None:
            await _fail_attempt(session, turn.actor, step_run, error, may_retry=may_retry)


async def stop(database: Database, turn: Turn) -> None:
    """End a turn whose run was cancelled."""
    async with database.transaction(turn.workspace_id) as session:
        step_run = await _still_ours(session, turn)
        if step_run is not None:
            STEP_RUN.move(step_run, "cancel")
            runs.end_lease(step_run)
            step_run.reason, step_run.ended_at = "The run was cancelled.", func.now()
            await session.flush()
            await answers.go_on(session, turn.actor, step_run)


async def give_back(database: Database, turn: Turn) -> None:
    """Return a turn whose worker stops before the model has answered: at once into the line, the attempt uncounted."""
    async with database.transaction(turn.workspace_id) as session:
        step_run = await _still_ours(session, turn)
        if step_run is not None:
            STEP_RUN.move(step_run, "return")
            runs.end_lease(step_run)
            step_run.attempt -= 1
            await session.flush()
            says = f"The worker stopped: {turn.step} waits for another one."
            ledger.record(session, runs.step_fact("returned", step_run, says), by=turn.actor)
            await answers.go_on(session, turn.actor, step_run)


async def lose(session: AsyncSession, workspace_id: UUID, step_run_id: UUID) -> bool:
    """End an attempt whose worker has not been heard of. The transaction is inside the workspace."""
    await enter_workspace(session, workspace_id)
    step_run = await runs.lock_step_run(session, workspace_id, step_run_id)
    ran_out = step_run.lease_until is not None and step_run.lease_until < await clock.now(session)
    if step_run.state != StepRunState.RUNNING or step_run.worker is None or not ran_out:
        return False
    says = f"The worker was lost at attempt {step_run.attempt}."
    actor = Actor(workspace_id, ActorKind.MODEL, step_run.performer)
    await _fail_attempt(session, actor, step_run, {"code": "worker_lost", "says": says}, may_retry=True, pause=False)
    return True


async def end_cancelled(session: AsyncSession, workspace_id: UUID, run_id: UUID) -> None:
    """Force a cancelled run to its end when its deadline has passed; what a worker still does counts for nothing."""
    await enter_workspace(session, workspace_id)
    actor = Actor.system(workspace_id)
    for row in await runs.step_runs(session, workspace_id, run_id):
        await runs.lock_step_run(session, workspace_id, row.id)
    rows = await runs.step_runs(session, workspace_id, run_id)
    if not rows:  # it ended by itself and was deleted
        return
    going = await answers.going_of(session, actor, rows[0])
    if going.run.state == RunState.CANCELLING:
        await runs.stop(session, actor, going)


async def _still_ours(session: AsyncSession, turn: Turn) -> StepRun | None:
    try:
        step_run = await runs.lock_step_run(session, turn.workspace_id, turn.id)
    except runs.NoSuchStepRun:  # the run was ended without us, and its task deleted
        return None
    is_ours = step_run.state == StepRunState.RUNNING and step_run.token == turn.token
    return step_run if is_ours else None


async def _fail_attempt(
    session: AsyncSession,
    actor: Actor,
    step_run: StepRun,
    error: Mapping[str, Any],
    *,
    may_retry: bool,
    pause: bool = True,
) -> None:
    run = await runs.get(session, step_run.workspace_id, step_run.run_id)
    version = await projects.version(session, run.workspace_id, run.project_id, run.flow_version)
    retry = version.flow.step(step_run.step).retry
    if not may_retry or step_run.attempt >= retry.max_attempts or run.state == RunState.CANCELLING:
        tries = f" It was given up after {step_run.attempt} attempts." if step_run.attempt > 1 else ""
        await answers.fail(session, actor, step_run, {**error, "says": f"{error['says']}{tries}"})
        return
    seconds = retry.backoff_seconds * 2 ** (step_run.attempt - 1) if pause else 0
    STEP_RUN.move(step_run, "wait" if pause else "return")
    runs.end_lease(step_run)
    step_run.due_at = await clock.now(session) + timedelta(seconds=seconds)
    step_run.error = dict(error)
    step_run.reason = f"{error['says']} Attempt {step_run.attempt + 1} of {retry.max_attempts} follows."
    await session.flush()
    ledger.record(session, runs.step_fact("retried", step_run, step_run.reason), by=actor)
    await answers.go_on(session, actor, step_run)
