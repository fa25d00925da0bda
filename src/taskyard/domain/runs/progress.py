"""How a run goes on: open the steps that are due, and end it when nothing is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain.projects import Flow, Result, Step, UnresolvedReference, holds
from taskyard.domain.runs import facts, store
from taskyard.domain.runs.rules import PEOPLE, RUN, STEP_RUN, RunState, StepRunState, is_model
from taskyard.domain.runs.tables import Run, StepRun
from taskyard.domain.tasks import TASK, Task, TaskStatus, priority_at, task_fact
from taskyard.kit.ids import new_id

OPEN = frozenset({StepRunState.QUEUED, StepRunState.RUNNING, StepRunState.WAITING})
# Somebody has been at it; a step run that waits has failed at least once and will be tried again.
TOUCHED = frozenset({StepRunState.COMPLETED, StepRunState.FAILED, StepRunState.WAITING})


@dataclass(frozen=True, slots=True)
class Going:
    """A run in the middle of a change: run and task are locked, `outputs` holds what each completed step gave.

    `now` is the transaction's time by the database's clock.
    """

    run: Run
    task: Task
    flow: Flow
    input: Mapping[str, Any]
    outputs: Mapping[str, Any]
    now: datetime


def next_run(by: Actor, task: Task, flow_version: int, settings: dict[str, Any]) -> Run:
    """Return another run of a task, which is its latest from now on; whatever was said of the last result is over."""
    run = Run(
        workspace_id=by.workspace_id,
        id=new_id(),
        task_id=task.id,
        project_id=task.project_id,
        number=task.run_count + 1,
        flow_version=flow_version,
        state=RUN.start,
        settings=settings,
        created_by=by.member_id,
    )
    task.run_id, task.run_count, task.completed_at, task.audit = run.id, run.number, None, None
    return run


async def advance(session: AsyncSession, by: Actor, going: Going) -> None:
    """Open what is due and settle the states of run and task. The caller has just ended or opened a step run."""
    rows = await store.step_runs(session, going.run.workspace_id, going.run.id)
    await open_turns(session, decide(session, by, going, rows))


async def open_turns(session: AsyncSession, opened: Sequence[StepRun]) -> None:
    """Write what is due, and tell models of their work."""
    session.add_all(opened)
    await session.flush()
    kept = [row for row in opened if row.reserved_for is not None]
    if kept:
        await store.keep_only_for_takers(session, kept[0].workspace_id, [row.id for row in kept])
    if any(is_model(row.performer) for row in opened):
        await store.announce_work(session)


def decide(session: AsyncSession, by: Actor, going: Going, rows: Sequence[StepRun]) -> list[StepRun]:
    """Decide what follows now that these are the run's step runs; return those that are due beside them.

    Changes run, task and rows in memory and records the facts; whoever calls writes what changed.
    """
    run, flow = going.run, going.flow
    if run.state == RunState.CANCELLING:
        if not any(row.state in OPEN for row in rows):
            _stop(session, by, going, rows)
        return []
    if RUN.is_final(run.state):
        return []
    failed = next((row for row in rows if row.state == StepRunState.FAILED and _stops(flow, row.step)), None)
    if failed is not None:
        _fail(session, by, going, rows, dict(failed.error or {}, step=failed.step))
        return []
    opened = _due(going, rows)
    rows = [*rows, *opened]
    if any(row.state in OPEN for row in rows):
        settle(run, going.task, rows, going.now)
    else:
        _complete(session, by, going, rows)
    return opened


def _due(going: Going, rows: Sequence[StepRun]) -> list[StepRun]:
    opened: list[StepRun] = []
    while True:
        all_rows = [*rows, *opened]
        started = {row.step for row in all_rows}
        done = finished_steps(all_rows, going.outputs)
        due = [step for step in going.flow.ready(done) if step.id not in started]
        if not due:
            break
        scope = going.flow.scope(going.input, done)
        for step in due:
            opened += turns(going, step, is_due=step.when is None or holds(step.when, scope))
    return opened


def turns(going: Going, step: Step, *, is_due: bool) -> list[StepRun]:
    """Return a step's step runs, one a performer; a step whose condition is not met gets one that is skipped.

    What the next step done by people was kept for goes over to it.
    """
    run, task = going.run, going.task
    order = [each.id for each in going.flow.order] if task.step_priorities else []
    # One model chosen in place of several takes one turn.
    performers = list(dict.fromkeys(chosen_performer(run.settings, performer) for performer in step.by))
    kept_for = task.reserved_for if is_due and PEOPLE in performers else None
    if kept_for is not None:
        task.reserved_for = None
    return [
        StepRun(
            workspace_id=run.workspace_id,
            id=new_id(),
            run_id=run.id,
            task_id=task.id,
            project_id=task.project_id,
            step=step.id,
            performer=performer,
            replica=1,
            state=STEP_RUN.start if is_due else StepRunState.SKIPPED,
            priority=priority_at(order, task.priority, task.step_priorities, step.id),
            roles=list(step.people.roles) or None if performer == PEOPLE else None,
            reserved_for=kept_for if performer == PEOPLE else None,
            hold_seconds=step.people.hold_seconds,
            attempt=0,
            token=0,
            reason=None if is_due else "Its condition was not met.",
        )
        for performer in (performers if is_due else performers[:1])
    ]


def chosen_performer(settings: Mapping[str, Any], performer: str) -> str:
    """Return the model chosen for this run in place of the flow's model; people stay people."""
    return str(settings["model"]) if settings.get("model") and is_model(performer) else performer


def finished_steps(rows: Sequence[StepRun], outputs: Mapping[str, Any]) -> dict[str, Result]:
    """Return the steps all of whose step runs have ended, with what each amounts to."""
    by_step: dict[str, list[StepRun]] = {}
    for row in rows:
        by_step.setdefault(row.step, []).append(row)
    return {
        step: _amounts_to({row.state for row in its_rows}, outputs.get(step))
        for step, its_rows in by_step.items()
        if not any(row.state in OPEN for row in its_rows)
    }


def _amounts_to(states: set[str], output: Any) -> Result:
    if StepRunState.COMPLETED in states:
        return Result("completed", output)
    return Result("failed" if StepRunState.FAILED in states else "skipped")


def _stops(flow: Flow, step_id: str) -> bool:
    return flow.step(step_id).on_error == "stop"


def settle(run: Run, task: Task, rows: Sequence[StepRun], now: datetime) -> None:
    """Say in memory where an open run and its task stand, by its step runs."""
    active = any(row.state == StepRunState.RUNNING for row in rows)
    touched = any(row.state in TOUCHED for row in rows)
    waiting = [row for row in rows if row.state in OPEN]
    task.steps = sorted({row.step for row in waiting})
    if active:
        _to(run, RunState.RUNNING, "begin")
        run.reason = None
        run.started_at = run.started_at or now
    elif touched:
        _to(run, RunState.WAITING, "wait")
        run.reason = waiting_reason(waiting[0])
    else:
        _to(run, RunState.QUEUED, "return")
        run.reason = None
    begun = active or touched
    if begun and task.status == TaskStatus.QUEUED:
        task.status = TASK.target(task.status, "begin")
    elif not begun and task.status == TaskStatus.IN_PROGRESS:
        task.status = TASK.target(task.status, "return")


def _to(run: Run, state: RunState, move: str) -> None:
    if run.state != state:
        RUN.move(run, move)


def waiting_reason(row: StepRun) -> str:
    """Return in words what a run waits for."""
    if row.state == StepRunState.WAITING:
        return row.reason or f"Waiting to try {row.step} again."
    return f"In queue {row.step}." if not is_model(row.performer) else f"Waiting for {row.performer}."


def _complete(session: AsyncSession, by: Actor, going: Going, rows: Sequence[StepRun]) -> None:
    run, task = going.run, going.task
    try:
        output = going.flow.answer(going.flow.scope(going.input, finished_steps(rows, going.outputs)))
    except UnresolvedReference as problem:
        _fail(session, by, going, rows, {"code": problem.code, "says": problem.detail})
        return
    RUN.move(run, "complete")
    run.output = output if isinstance(output, dict) else {}
    run.reason, run.ended_at = None, going.now
    run.started_at = run.started_at or going.now
    task.status = TASK.target(task.status, "complete")
    # What was rejected and done again waits for another verdict.
    task.steps, task.completed_at, task.audit = [], going.now, None
    ledger.record(session, facts.run_fact("completed", run, f"Run {run.number} was completed."), by=by)
    ledger.record(session, task_fact("completed", task, "The task was completed."), by=by)


def _fail(session: AsyncSession, by: Actor, going: Going, rows: Sequence[StepRun], error: dict[str, Any]) -> None:
    run, task = going.run, going.task
    close_rows(rows, "The run failed at another step.", going.now)
    RUN.move(run, "fail")
    run.error, run.reason = error, str(error.get("says", "It failed."))
    run.ended_at = going.now
    run.started_at = run.started_at or going.now
    task.status = TASK.target(task.status, "fail")
    task.steps, task.completed_at = [], going.now
    ledger.record(session, facts.run_fact("failed", run, f"Run {run.number} failed: {run.reason}", error=error), by=by)
    ledger.record(session, task_fact("failed", task, "The task failed."), by=by)


def _stop(session: AsyncSession, by: Actor, going: Going, rows: Sequence[StepRun]) -> None:
    run, task = going.run, going.task
    close_rows(rows, "The run was cancelled.", going.now)
    RUN.move(run, "stop")
    run.reason, run.ended_at = "Cancelled.", going.now
    move = "cancel" if task.status == TaskStatus.QUEUED else "stop"
    task.status = TASK.target(task.status, move)
    task.steps, task.completed_at = [], going.now
    ledger.record(session, facts.run_fact("cancelled", run, f"Run {run.number} was cancelled."), by=by)
    ledger.record(session, task_fact("cancelled", task, "The task was cancelled."), by=by)


async def stop(session: AsyncSession, by: Actor, going: Going) -> None:
    """End a run now. Whoever still works on it shows an old token and is refused."""
    rows = await store.step_runs(session, going.run.workspace_id, going.run.id)
    _stop(session, by, going, rows)
    await session.flush()


def close_rows(rows: Sequence[StepRun], reason: str, now: datetime) -> None:
    """Take back every open step run: no lease, and a token nobody has."""
    for row in rows:
        if row.state in OPEN:
            STEP_RUN.move(row, "cancel")
            end_lease(row)
            row.reason, row.ended_at = reason, now


def end_lease(row: StepRun) -> None:
    """Take the lease from whoever has it; a late writer's token no longer fits."""
    row.lease_until = row.holder_id = row.worker = None
    row.token += 1
