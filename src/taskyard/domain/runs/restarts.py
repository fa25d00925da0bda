"""A run that begins at a step: the steps it builds on are kept, with who did them; and one that is closed as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain.projects import Flow, Result, Scope, UnresolvedReference, fill
from taskyard.domain.runs import facts
from taskyard.domain.runs.progress import Going, close_rows, decide, finished_steps, next_run, turns
from taskyard.domain.runs.rules import PEOPLE, RUN, StepRunState, is_model
from taskyard.domain.runs.tables import Run, StepRun
from taskyard.domain.tasks import TASK, TaskStatus
from taskyard.kit.ids import new_id
from taskyard.ledger import Fact

ENDED = frozenset({StepRunState.COMPLETED, StepRunState.SKIPPED, StepRunState.FAILED})


class Restarted(NamedTuple):
    """A run that was put in the place of another. Both, the task, and the rows are to be written."""

    run: Run
    rows: list[StepRun]
    kept: Mapping[UUID, UUID]
    """The new turn of each that is kept: its answer counts there too."""
    told: list[Fact]


def restart(
    session: AsyncSession,
    by: Actor,
    going: Going,
    rows: Sequence[StepRun],
    beginnings: Sequence[str],
    authors: Mapping[str, UUID],
) -> Restarted:
    """Put a new run in the place of a task's latest, which begins at these steps, in memory; the first names it.

    None of them builds on another. The old run is stopped if it is open; whoever works on it shows an old token. A step
    with an author goes to them first. Run and task are locked, and the run is not being cancelled.
    """
    step_id = beginnings[0]
    told = _stop_for(going, rows, step_id)
    # What is kept was given under this version.
    run = next_run(by, going.task, going.run.flow_version, dict(going.run.settings))
    kept, copies = _kept(run, going, rows, beginnings)
    done = {row.step for row in copies}
    outputs = {name: output for name, output in going.outputs.items() if name in done}
    again = Going(run, going.task, going.flow, going.input, outputs, going.now)
    first = [turn for name in beginnings for turn in turns(again, going.flow.step(name), is_due=True)]
    for turn in first:
        turn.sent_back_to = authors.get(turn.step) if turn.performer == PEOPLE else None
    opened = decide(session, by, again, [*copies, *first])
    says = f"Run {run.number} was queued: it begins at {' and '.join(beginnings)}."
    told.append(facts.run_fact("queued", run, says))
    return Restarted(run, [*copies, *first, *opened], kept, told)


def complete_as_it_is(by: Actor, going: Going, rows: Sequence[StepRun]) -> Fact:
    """Close an open run with what is there, in memory: parts that are missing are null. Run and task are locked."""
    run, task, flow = going.run, going.task, going.flow
    close_rows(rows, "The task was completed without it.", going.now)
    done = finished_steps(rows, going.outputs)
    scope = flow.scope(going.input, {step.id: done.get(step.id, Result("skipped")) for step in flow.steps})
    RUN.move(run, "complete")
    run.output = _answer_of(flow, scope)
    run.reason, run.ended_at = f"{by.name} completed it with what was there.", going.now
    run.started_at = run.started_at or going.now
    task.status = TASK.target(task.status, "complete")
    task.steps, task.completed_at, task.audit = [], going.now, None
    return facts.run_fact("completed", run, f"Run {run.number} was completed with what was there.")


def answer_anew(going: Going, rows: Sequence[StepRun]) -> None:
    """Put a run's output together again, one of whose answers was replaced, in memory; missing parts are null."""
    done = finished_steps(rows, going.outputs)
    scope = going.flow.scope(going.input, {step.id: done.get(step.id, Result("skipped")) for step in going.flow.steps})
    going.run.output = _answer_of(going.flow, scope)


def _stop_for(going: Going, rows: Sequence[StepRun], step_id: str) -> list[Fact]:
    old, task = going.run, going.task
    if task.status == TaskStatus.IN_PROGRESS:
        task.status = TASK.target(task.status, "return")
    elif task.status != TaskStatus.QUEUED:
        task.status = TASK.target(task.status, "rerun")
    if RUN.is_final(old.state):
        return []
    close_rows(rows, f"The task went to {step_id}.", going.now)
    RUN.move(old, "stop")
    old.reason, old.ended_at = f"Another run of it begins at {step_id}.", going.now
    return [facts.run_fact("cancelled", old, f"Run {old.number} was stopped.")]


def done_by_people(rows: Sequence[StepRun]) -> set[str]:
    """Return the steps of a run that people, or agents for them, have done."""
    return {row.step for row in rows if row.state == StepRunState.COMPLETED and not is_model(row.performer)}


def beginnings_behind(flow: Flow, rows: Sequence[StepRun], step_id: str) -> list[str]:
    """Return where all that people have done from a step on begins again: at it, and at each beside it and behind.

    A step that builds on one of them is opened again by it. Models' work that builds on none stays.
    """
    by_people = done_by_people(rows)
    order = [step.id for step in flow.order]
    found = [step_id]
    for name in order[order.index(step_id) + 1 :]:
        if name in by_people and not _needed_by(flow, name) & set(found):
            found.append(name)
    return found


def _kept(
    run: Run, going: Going, rows: Sequence[StepRun], beginnings: Sequence[str]
) -> tuple[dict[UUID, UUID], list[StepRun]]:
    """Return the turns that stay: those of steps the new beginnings need, and those beside them that are over.

    A step they need and nobody has done is passed over.
    """
    kept: dict[UUID, UUID] = {}
    copies: list[StepRun] = []
    step_id, again = beginnings[0], set(beginnings)
    needed = frozenset[str]().union(*(_needed_by(going.flow, name) for name in beginnings))
    for step in going.flow.order:
        if step.id in again or again & _needed_by(going.flow, step.id):
            continue
        its = [row for row in rows if row.step == step.id]
        over = [row for row in its if row.state in ENDED and not (_failed(row) and step.on_error == "stop")]
        if step.id in needed and not over:
            copies.append(_passed_over(going, run, step.id, step_id))
        elif step.id in needed or len(over) == len(its):
            for row in over:
                copy = _copy(run, row)
                kept[row.id] = copy.id
                copies.append(copy)
    return kept, copies


def _needed_by(flow: Flow, step_id: str) -> frozenset[str]:
    """Return all steps that a step waits for, directly or through others."""
    found: set[str] = set()
    waiting = list(flow.step(step_id).needs)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += flow.step(name).needs
    return frozenset(found)


def _failed(row: StepRun) -> bool:
    return row.state == StepRunState.FAILED


def _copy(run: Run, row: StepRun) -> StepRun:
    names = ("workspace_id", "task_id", "project_id", "step", "performer", "replica", "state", "priority", "roles",
             "hold_seconds", "attempt", "reason", "error", "started_at", "ended_at", "created_at")  # fmt: skip
    return StepRun(id=new_id(), run_id=run.id, token=0, **{name: getattr(row, name) for name in names})


def _passed_over(going: Going, run: Run, name: str, step_id: str) -> StepRun:
    again = Going(run, going.task, going.flow, going.input, {}, going.now)
    (row,) = turns(again, going.flow.step(name), is_due=False)
    row.reason, row.ended_at = f"Passed over: the task went to {step_id}.", going.now
    return row


def _answer_of(flow: Flow, scope: Scope) -> dict[str, Any]:
    try:
        found = flow.answer(scope)
    except UnresolvedReference:
        found = {name: _or_null(value, scope) for name, value in (flow.output or {}).items()}
    return found if isinstance(found, dict) else {}


def _or_null(value: Any, scope: Scope) -> Any:
    try:
        return fill(value, scope)
    except UnresolvedReference:
        return None


def tell_many(session: AsyncSession, by: Actor, told: Sequence[Fact]) -> None:
    """Record facts about many runs, those of one name together."""
    by_name: dict[str, list[Fact]] = {}
    for fact in told:
        by_name.setdefault(fact.name, []).append(fact)
    for together in by_name.values():
        ledger.record_many(session, together, by=by)
