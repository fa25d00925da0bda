"""Verbs about tasks' passes through their flow: admit, rerun, cancel, prioritise, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain import files, projects, tasks
from taskyard.domain.projects import Published
from taskyard.domain.runs import facts, keeping, prefilling, priorities, progress, store
from taskyard.domain.runs.problems import HeldByPerson, InputInvalid, ModelUnknown, NotAnApp
from taskyard.domain.runs.progress import Going
from taskyard.domain.runs.rules import RUN, RunState, StepRunState
from taskyard.domain.runs.tables import Run
from taskyard.domain.tasks import (
    TASK,
    ExternalIdTaken,
    ExternalIdTwice,
    Task,
    TaskInFlight,
    TaskStale,
    TaskStatus,
    task_fact,
)
from taskyard.kit.db import clock
from taskyard.kit.ids import new_id
from taskyard.kit.problems import Flaw
from taskyard.kit.settings import Settings
from taskyard.models.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class NewTask:
    """One task to admit."""

    project_id: UUID
    input: dict[str, Any]
    external_id: str | None = None
    priority: int = 0
    batch: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    reserve_for: str | None = None
    callback_url: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)


async def admit(
    session: AsyncSession, actor: Actor, wanted: Sequence[NewTask], settings: Mapping[str, Any] | None = None
) -> list[Task]:
    """Take tasks in, each with its first run: all of them, or none.

    Refuses inputs that do not fit, naming place and task, and an external id the project has already.
    """
    published = {project_id: await projects.published(session, actor, project_id) for project_id in _projects(wanted)}
    flaws: list[Flaw] = []
    for number, new in enumerate(wanted):
        found = published[new.project_id].checker.flaws(new.input)
        flaws += [_at(flaw, number, len(wanted)) for flaw in found]
    if flaws:
        name = published[wanted[0].project_id].name
        raise InputInvalid(flaws, project=name, summary="; ".join(f"{f.place} {f.says}" for f in flaws[:3]))
    shown = [
        await _files_of(session, actor, published[new.project_id], new.input, _place(number, len(wanted)))
        for number, new in enumerate(wanted)
    ]
    brought = prefilling.checked(wanted, published, shown)
    keepers = await _keepers(session, actor, wanted, published)
    rows = [
        {**_row(actor, new, its_files), "reserved_for": keepers.get(number)}
        for number, (new, its_files) in enumerate(zip(wanted, shown, strict=True))
    ]
    inputs = [
        {"workspace_id": actor.workspace_id, "task_id": row["id"], "input": new.input, "extra": new.metadata}
        for row, new in zip(rows, wanted, strict=True)
    ]
    added = set(await tasks.add(session, rows, inputs))
    for number, row in enumerate(rows):
        if row["id"] not in added:
            await _refuse_taken(session, actor, wanted, number)
    await tasks.add_prefills(
        session,
        [
            {"workspace_id": actor.workspace_id, "task_id": row["id"], "step": step, "answer": answer}
            for row, its in zip(rows, brought, strict=True)
            for step, answer in its.items()
        ],
    )
    await files.use(session, actor.workspace_id, _pairs(rows, shown))
    await tasks.index(session, actor.workspace_id, [row["id"] for row in rows])
    admitted = await tasks.many(session, actor.workspace_id, [row["id"] for row in rows])
    for task, new in zip(admitted, wanted, strict=True):
        ledger.record(session, task_fact("created", task, "The task was created."), by=actor)
        await _start(session, actor, task, published[new.project_id], new.input, dict(settings or {}))
    return admitted


async def run_app(
    session: AsyncSession, actor: Actor, project_id: UUID, given: dict[str, Any], settings: Mapping[str, Any]
) -> tuple[Task, Run]:
    """Make a task of an app and its first run. Refuses a project that needs people to finish."""
    published = await projects.published(session, actor, project_id)
    if not published.is_app:
        raise NotAnApp(project=published.name)
    (task,) = await admit(session, actor, [NewTask(project_id, given)], settings)
    return task, await store.get(session, actor.workspace_id, _run_id(task))


async def rerun(
    session: AsyncSession, actor: Actor, task_id: UUID, settings: Mapping[str, Any] | None, given: dict[str, Any] | None
) -> Run:
    """Pass a finished task through the published flow again. Refused while a run of it is open.

    Without settings it runs as the last time. A changed input is checked and replaces nothing: it is the run's own.
    """
    task = await tasks.lock(session, actor.workspace_id, task_id)
    if not TASK.is_final(task.status) and task.status in {TaskStatus.QUEUED, TaskStatus.IN_PROGRESS}:
        raise TaskInFlight(verb="rerun")
    published = await projects.published(session, actor, task.project_id)
    before = await store.get(session, actor.workspace_id, _run_id(task))
    chosen = dict(before.settings if settings is None else settings)
    task_input = await tasks.input_of(session, actor.workspace_id, task_id)
    if given is not None:
        chosen["input"] = given
    else:
        chosen.pop("input", None)
    return await _start(session, actor, task, published, {**task_input, **chosen.get("input", {})}, chosen)


async def cancel_task(session: AsyncSession, actor: Actor, task_id: UUID) -> Task:
    """Cancel a task for certain. Only queued work can be; work in hand and finished work answer 409 and say why."""
    seen = await tasks.get(session, actor.workspace_id, task_id)
    rows = await store.lock_step_runs(session, actor.workspace_id, _run_id(seen))
    run = await store.lock(session, actor.workspace_id, _run_id(seen))
    task = await tasks.lock(session, actor.workspace_id, task_id)
    if any(row.state == StepRunState.RUNNING and row.holder_id for row in rows):
        raise HeldByPerson
    TASK.target(task.status, "cancel")
    await progress.stop(session, actor, await going_of(session, actor, run, task))
    return task


async def cancel_run(session: AsyncSession, actor: Actor, run_id: UUID, settings: Settings) -> Run:
    """Cancel a run. What a model has in hand gets a deadline to end by; what a person has in hand is left alone."""
    rows = await store.lock_step_runs(session, actor.workspace_id, run_id)
    run = await store.lock(session, actor.workspace_id, run_id)
    task = await tasks.lock(session, actor.workspace_id, run.task_id)
    in_hand = [row for row in rows if row.state == StepRunState.RUNNING]
    if any(row.holder_id for row in in_hand):
        raise HeldByPerson
    going = await going_of(session, actor, run, task)
    if not in_hand:
        if run.state != RunState.CANCELLING:
            RUN.target(run.state, "cancel")
        await progress.stop(session, actor, going)
        return run
    RUN.move(run, "cancel")
    run.cancel_by = going.now + timedelta(seconds=settings.cancel_seconds_max)
    run.reason = "Cancelling: a model is ending its work."
    queued = [row for row in rows if row.state != StepRunState.RUNNING]
    progress.close_rows(queued, "The run was cancelled.", going.now)
    ledger.record(session, facts.run_fact("cancelling", run, f"Run {run.number} is being cancelled."), by=actor)
    return run


async def change_task(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    priority: int | None,
    batch: str | None,
    metadata: dict[str, Any] | None,
    clear_batch: bool,
    from_step: str | None = None,
    read_tag: str | None = None,
) -> Task:
    """Change what the hand-out and lists go by. The priority follows the task through its open steps.

    With a step, the priority holds from that step on, and None clears it there.
    With the tag of what was read, refuses when somebody has changed it since.
    """
    moves_in_line = priority is not None or from_step is not None
    if moves_in_line:
        await store.lock_step_runs_of_task(session, actor.workspace_id, task_id)
    task = await tasks.lock(session, actor.workspace_id, task_id)
    known = await tasks.metadata_of(session, actor.workspace_id, task_id)
    if read_tag is not None and read_tag != tasks.tag_of(task.priority, task.batch, known, task.step_priorities):
        raise TaskStale
    says: list[str] = []
    if moves_in_line and (moved := await priorities.change(session, task, priority, from_step)):
        says.append(moved)
    if (batch is not None or clear_batch) and batch != task.batch:
        says.append(f"batch became {batch}" if batch else "the batch was cleared")
        task.batch = batch
    if metadata is not None:
        await tasks.set_metadata(session, actor.workspace_id, task_id, metadata)
        says.append("the metadata changed")
    if says:
        ledger.record(session, task_fact("changed", task, f"The task changed: {', '.join(says)}."), by=actor)
    return task


async def delete_task(session: AsyncSession, actor: Actor, task_id: UUID) -> None:
    """Delete a task with everything it made. Refused while it is being worked on; a line without content remains."""
    seen = await tasks.get(session, actor.workspace_id, task_id)
    rows = await store.lock_step_runs(session, actor.workspace_id, _run_id(seen))
    task = await tasks.lock(session, actor.workspace_id, task_id)
    if any(row.state == StepRunState.RUNNING for row in rows):
        raise TaskInFlight(verb="delete")
    ledger.record(session, task_fact("deleted", task, "The task was deleted."), by=actor)
    await store.delete_of_task(session, actor.workspace_id, task_id)
    await tasks.remove(session, task)


async def going_of(
    session: AsyncSession, actor: Actor, run: Run, task: Task, outputs: Mapping[str, Any] | None = None
) -> Going:
    """Return a run with its flow and input, for a change of it."""
    version = await projects.version(session, actor.workspace_id, run.project_id, run.flow_version)
    task_input = await tasks.input_of(session, actor.workspace_id, task.id)
    given = {**task_input, **run.settings.get("input", {})}
    return Going(run, task, version.flow, given, outputs or {}, await clock.now(session))


async def _start(
    session: AsyncSession,
    actor: Actor,
    task: Task,
    published: Published,
    given: Mapping[str, Any],
    settings: dict[str, Any],
) -> Run:
    _check_settings(published, settings)
    if "input" in settings:
        flaws = published.checker.flaws(dict(given))
        if flaws:
            placed = [_at(flaw, 0, 1) for flaw in flaws]
            summary = "; ".join(f"{flaw.place} {flaw.says}" for flaw in placed[:3])
            raise InputInvalid(placed, project=published.name, summary=summary)
        # The pictures of a changed input must be this workspace's, like those of a new task.
        found = await _files_of(session, actor, published, given, _place(0, 1))
        await files.use(session, actor.workspace_id, [(task.id, file.id) for file in found])
    if task.status != TaskStatus.QUEUED:
        task.status = TASK.target(task.status, "rerun")
    run = progress.next_run(actor, task, published.number, settings)
    session.add(run)
    await session.flush()
    ledger.record(session, facts.run_fact("queued", run, f"Run {run.number} was queued."), by=actor)
    await progress.advance(session, actor, Going(run, task, published.flow, given, {}, await clock.now(session)))
    return run


def _check_settings(published: Published, settings: Mapping[str, Any]) -> None:
    model = settings.get("model")
    if model is None:
        return
    chosen = catalogue().find(model)
    for use in {step.use for step in published.flow.steps if step.models}:
        if use not in chosen.kinds:
            able = ", ".join(other.name for other in catalogue().available() if use in other.kinds)
            raise ModelUnknown(model=model, use=use, can=able or "none")


async def _refuse_taken(session: AsyncSession, actor: Actor, wanted: Sequence[NewTask], number: int) -> None:
    project_id, external_id = wanted[number].project_id, str(wanted[number].external_id)
    for first, new in enumerate(wanted[:number]):
        if (new.project_id, new.external_id) == (project_id, external_id):
            flaw = Flaw(f"tasks[{number}].external_id", f"is that of tasks[{first}] too", "Give each task its own.")
            raise ExternalIdTwice([flaw], external_id=external_id)
    known = await tasks.by_external_ids(session, actor.workspace_id, project_id, [external_id])
    raise ExternalIdTaken(external_id=external_id, task_id=known.get(external_id))


async def _files_of(
    session: AsyncSession, actor: Actor, published: Published, given: Mapping[str, Any], where: str
) -> list[files.File]:
    named = [(f"{where}.{place}", handle, kind) for place, handle, kind in published.checker.file_values(given)]
    return await files.require_all(session, actor.workspace_id, named) if named else []


async def _keepers(
    session: AsyncSession, actor: Actor, wanted: Sequence[NewTask], published: Mapping[UUID, Published]
) -> dict[int, UUID]:
    """Return for whom the tasks of these numbers are to be kept."""
    named = {number: new.reserve_for for number, new in enumerate(wanted) if new.reserve_for}
    flows = {number: published[wanted[number].project_id].flow for number in named}
    members = await keeping.members_for(session, actor, keeping.placed(named, flows, len(wanted)))
    return {number: member.id for number, member in zip(named, members, strict=True)}


def _pairs(rows: Sequence[dict[str, Any]], shown: Sequence[list[files.File]]) -> list[tuple[UUID, UUID]]:
    return [(row["id"], file.id) for row, its_files in zip(rows, shown, strict=True) for file in its_files]


def _row(actor: Actor, new: NewTask, found: list[files.File]) -> dict[str, Any]:
    picture = next((file.id for file in found if file.width is not None), None)
    return {
        "workspace_id": actor.workspace_id,
        "id": new_id(),
        "project_id": new.project_id,
        "external_id": new.external_id,
        "status": TASK.start,
        "steps": [],
        "priority": new.priority,
        "batch": new.batch,
        "preview": tasks.preview_of(new.input, {str(file.id) for file in found}),
        "picture_id": picture,
        "run_count": 0,
        "redo_count": 0,
        "created_by": actor.member_id,
        "callback_url": new.callback_url,
    }


def _projects(wanted: Sequence[NewTask]) -> list[UUID]:
    return list(dict.fromkeys(new.project_id for new in wanted))


def _at(flaw: Flaw, number: int, count: int) -> Flaw:
    return Flaw(f"{_place(number, count)}.{flaw.place}".rstrip("."), flaw.says, flaw.mend, value=flaw.value)


def _place(number: int, count: int) -> str:
    return f"tasks[{number}].input" if count > 1 else "input"


def _run_id(task: Task) -> UUID:
    if task.run_id is None:
        raise tasks.NoSuchTask(task_id=task.id)
    return task.run_id
