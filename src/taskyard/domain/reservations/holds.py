"""What a member gets with a hold: the reservation, the step with everything resolved, and the task."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain import answers, files, projects, runs, tasks
from taskyard.domain.answers import BROUGHT, EARLIER, Work
from taskyard.domain.projects import Step
from taskyard.domain.reservations import store
from taskyard.domain.reservations.tables import Reservation
from taskyard.domain.runs import Going, Run
from taskyard.domain.tasks import Task
from taskyard.steps.registry import step_kinds

Hold = dict[str, Any]


async def of_claim(session: AsyncSession, actor: Actor, reservation_id: UUID, row: Any) -> Hold:
    """Return the hold of a claim that has just been made, from what the claim returned."""
    version = await projects.version(session, actor.workspace_id, row.project_id, row.flow_version)
    step = version.flow.step(row.step)
    run = Run(
        workspace_id=actor.workspace_id, id=row.run_id, task_id=row.task_id, project_id=row.project_id,
        settings=row.settings, flow_version=row.flow_version,
    )  # fmt: skip
    outputs = await answers.outputs(session, actor.workspace_id, row.run_id) if step.needs else {}
    task = Task(workspace_id=actor.workspace_id, id=row.task_id)
    going = Going(run, task, version.flow, {**row.input, **row.settings.get("input", {})}, outputs, row.held_at)
    work = answers.begun_with(await answers.work_of(session, going, row.step), row.brought)
    sent_back = await _sent_back(session, actor.workspace_id, row.run_id, row.number)
    if sent_back is not None and row.sent_back_to == actor.me:
        work = await _begun_before(session, actor, going, work)
    source = await _source(session, going, work, row.upload_id)
    return {
        "reservation": {
            "id": reservation_id,
            "state": "held",
            "token": row.token,
            "lease_until": row.lease_until,
            "hold_seconds": row.hold_seconds,
            "held_at": row.held_at,
            "draft": row.draft,
            "draft_revision": row.draft_revision,
            "draft_saved_at": row.draft_saved_at,
            "reason": None,
            "ended_at": None,
        },
        "sent_back": sent_back,
        "step_run": step_run_said(row.id, row.run_id, "running", row.attempt, work, source),
        "task": {
            "id": row.task_id,
            "external_id": row.external_id,
            "project": {"id": row.project_id, "name": row.project_name},
            "status": "in_progress",
            "priority": row.task_priority,
            "batch": row.batch,
            "preview": row.preview,
            "created_at": row.created_at,
            "last_submitted_at": row.last_submitted_at,
            "redo_count": row.redo_count,
            "run_id": row.run_id,
            "input": going.input,
            "input_schema": version.flow.input_schema,
            "instructions": row.instructions,
            "files": await files_of(session, actor, version.checker, going.input, work.given),
        },
    }


async def of_reservation(session: AsyncSession, actor: Actor, reservation: Reservation) -> Hold:
    """Return the hold of a reservation as it is now."""
    run = await runs.get(session, actor.workspace_id, reservation.run_id)
    task = await tasks.get(session, actor.workspace_id, reservation.task_id)
    project = await projects.get(session, actor, reservation.project_id)
    version = await projects.version(session, actor.workspace_id, run.project_id, run.flow_version)
    outputs = await answers.outputs(session, actor.workspace_id, run.id)
    going = await runs.going_of(session, actor, run, task, outputs)
    brought = await tasks.prefills_of(session, actor.workspace_id, task.id)
    work = answers.begun_with(await answers.work_of(session, going, reservation.step), brought.get(reservation.step))
    step_run = next(
        row for row in await runs.step_runs(session, actor.workspace_id, run.id) if row.id == reservation.step_run_id
    )
    sent_back = await _sent_back(session, actor.workspace_id, run.id, run.number)
    if sent_back is not None and step_run.sent_back_to == actor.me:
        work = await _begun_before(session, actor, going, work)
    source = await _source(session, going, work, task.upload_id)
    return {
        "reservation": said(reservation),
        "sent_back": sent_back,
        "step_run": step_run_said(step_run.id, run.id, step_run.state, step_run.attempt, work, source),
        "task": {
            "id": task.id,
            "external_id": task.external_id,
            "project": {"id": project.id, "name": project.name},
            "status": task.status,
            "priority": task.priority,
            "batch": task.batch,
            "preview": task.preview,
            "created_at": task.created_at,
            "last_submitted_at": task.last_submitted_at,
            "redo_count": task.redo_count,
            "run_id": task.run_id,
            "input": going.input,
            "input_schema": version.flow.input_schema,
            "instructions": project.instructions,
            "files": await files_of(session, actor, version.checker, going.input, work.given),
        },
    }


def said(reservation: Reservation) -> dict[str, Any]:
    """Return a reservation as its holder sees it."""
    names = ("id", "state", "token", "lease_until", "hold_seconds", "held_at", "draft", "draft_revision",
             "draft_saved_at", "reason", "ended_at")  # fmt: skip
    return {name: getattr(reservation, name) for name in names}


async def step_of(session: AsyncSession, reservation: Reservation) -> Step:
    """Return the step a reservation is for."""
    run = await runs.get(session, reservation.workspace_id, reservation.run_id)
    version = await projects.version(session, reservation.workspace_id, run.project_id, run.flow_version)
    return version.flow.step(reservation.step)


async def lease_from_now(session: AsyncSession, hold_seconds: int) -> datetime:
    """Return when a lease that begins now ends, by the database's clock."""
    found: datetime = (
        await session.execute(text("SELECT now() + make_interval(secs => :seconds)"), {"seconds": hold_seconds})
    ).scalar_one()
    return found


async def _source(session: AsyncSession, going: Going, work: Work, upload_id: UUID | None) -> dict[str, Any] | None:
    """Return where a prefill comes from: an earlier step and whose answer it is, the task's input, or the task."""
    if work.prefill_from is None:
        return None
    if work.prefill_from == EARLIER:
        return {"kind": "earlier", "step": None, "by": None}
    if work.prefill_from == BROUGHT:
        return {"kind": "creation" if upload_id is None else "upload", "step": None, "by": None}
    if all(step.id != work.prefill_from for step in going.flow.steps):
        return {"kind": "input", "step": None, "by": None}
    by = await answers.author_of(session, going.run.workspace_id, going.run.id, work.prefill_from)
    return {"kind": "step", "step": work.prefill_from, "by": by}


async def _sent_back(session: AsyncSession, workspace_id: UUID, run_id: UUID, number: int) -> dict[str, Any] | None:
    """Return why the work is to be done again, for whoever does it; of a first run nothing is asked."""
    row = await store.sent_back(session, workspace_id, run_id) if number > 1 else None
    return None if row is None else {"reason": row.reason, "by": row.by, "at": row.at}


async def _begun_before(session: AsyncSession, actor: Actor, going: Going, work: Work) -> Work:
    """Return the work with what its holder answered before it came back to them, for them to go on from.

    Only where the run begins: what comes behind begins with what is done anew.
    """
    answer = await answers.earlier_of(
        session,
        actor.workspace_id,
        task_id=going.task.id,
        run_id=going.run.id,
        step=work.step.id,
        member_id=actor.me,
    )
    return answers.begun_with(work, answer, EARLIER)


def step_run_said(
    step_run_id: UUID, run_id: UUID, state: str, attempt: int, work: Work, source: dict[str, Any] | None
) -> dict[str, Any]:
    """Return a turn as whoever answers it sees it."""
    return {
        "id": step_run_id,
        "step": work.step.id,
        "use": work.step.use,
        "title": step_kinds().find(work.step.use).title,
        "run_id": run_id,
        "state": state,
        "attempt": attempt,
        "with": work.given,
        "output_schema": work.output_schema,
        "prefill": work.prefill,
        "prefill_by": source and source["by"],
        "prefill_from": source,
    }


async def files_of(
    session: AsyncSession, actor: Actor, checker: projects.InputChecker, given: Any, resolved: Any
) -> dict[str, Any]:
    """Return the files that an input and a resolved step name."""
    named = checker.file_values(given)
    picture = resolved.get("image")
    if isinstance(picture, str) and all(picture != file_id for _, file_id, _ in named):
        named = [*named, ("image", picture, "image")]
    if not named:
        return {}
    found = await files.require_all(session, actor.workspace_id, named)
    return {str(file.id): files.FileSaid.of(file).model_dump() for file in found}
