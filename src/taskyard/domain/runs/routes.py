"""HTTP that changes tasks and runs; the pages that show them are views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Header, Response

from taskyard.access import Permission
from taskyard.domain import projects, tasks
from taskyard.domain.runs import actions, store
from taskyard.domain.runs.actions import NewTask
from taskyard.domain.runs.problems import NoSuchRun
from taskyard.domain.runs.schemas import (
    AppRun,
    ChangeTask,
    NewTaskBody,
    NewTasks,
    Rerun,
    RunApp,
    RunSaid,
    TaskSaid,
    TasksSaid,
)
from taskyard.web import AtHand, Router, Session, Who

routes = Router(noun="runs")


@routes.verb("POST", "/tasks", may=Permission.TASKS_CREATE, answers=TaskSaid | TasksSaid, status=201)
async def create(body: NewTasks, session: Session, actor: Who, desk: AtHand) -> TaskSaid | TasksSaid:
    """Create one task, or up to a thousand: all of them, or none."""
    bodies = body.tasks or [NewTaskBody.model_validate(body.model_dump(exclude={"tasks"}))]
    _check_callbacks(bodies, may_be_private=desk.settings.callback_private)
    wanted = [
        NewTask(
            new.project,
            new.input,
            new.external_id,
            new.priority,
            new.batch,
            new.metadata,
            new.reserve_for,
            new.callback_url,
            new.answers,
        )
        for new in bodies
    ]
    made = await actions.admit(session, actor, wanted)
    await session.flush()
    said = [TaskSaid.model_validate(task) for task in made]
    return said[0] if body.tasks is None else TasksSaid(tasks=said)


@routes.verb("PATCH", "/tasks/{task_id}", may=Permission.TASKS_WRITE, answers=TaskSaid)
async def change(
    task_id: UUID,
    body: ChangeTask,
    session: Session,
    actor: Who,
    response: Response,
    if_match: Annotated[str | None, Header(alias="If-Match")] = None,
) -> TaskSaid:
    """Change a task's priority, as a whole or from a step on, its batch or metadata.

    With `If-Match`, not over somebody else's change.
    """
    task = await actions.change_task(
        session,
        actor,
        task_id,
        priority=body.priority,
        batch=body.batch,
        metadata=body.metadata,
        from_step=body.from_step,
        clear_batch="batch" in body.model_fields_set,
        read_tag=None if if_match in {None, "*"} else str(if_match).removeprefix("W/"),
    )
    await session.flush()
    known = await tasks.metadata_of(session, actor.workspace_id, task_id)
    response.headers["ETag"] = tasks.tag_of(task.priority, task.batch, known, task.step_priorities)
    return TaskSaid.model_validate(task)


@routes.verb("DELETE", "/tasks/{task_id}", may=Permission.RUNS_WRITE, status=204)
async def delete(task_id: UUID, session: Session, actor: Who) -> None:
    """Delete a task with everything it made. Leads delete any, others their own playground tasks."""
    await _own_or_lead(session, actor, task_id)
    await actions.delete_task(session, actor, task_id)


@routes.verb("POST", "/tasks/{task_id}/cancel", may=Permission.TASKS_CANCEL, answers=TaskSaid)
async def cancel_task(task_id: UUID, session: Session, actor: Who) -> TaskSaid:
    """Cancel a task that nobody has begun."""
    task = await tasks.get(session, actor.workspace_id, task_id)
    await projects.get(session, actor, task.project_id)
    cancelled = await actions.cancel_task(session, actor, task_id)
    await session.flush()
    return TaskSaid.model_validate(cancelled)


@routes.verb("POST", "/tasks/{task_id}/runs", may=Permission.RUNS_WRITE, answers=RunSaid, status=201)
async def rerun(task_id: UUID, body: Rerun, session: Session, actor: Who) -> RunSaid:
    """Pass a finished task through its flow again."""
    await _own_or_lead(session, actor, task_id)
    settings = body.settings.model_dump(exclude_none=True) if body.settings else None
    run = await actions.rerun(session, actor, task_id, settings, body.input)
    await session.refresh(run)
    return RunSaid.model_validate(run)


@routes.verb("POST", "/apps/{project_id}/runs", may=Permission.RUNS_WRITE, answers=AppRun, status=201)
async def run_app(project_id: UUID, body: RunApp, session: Session, actor: Who) -> AppRun:
    """Create a task of an app with its first run."""
    task, run = await actions.run_app(
        session, actor, project_id, body.input, body.settings.model_dump(exclude_none=True)
    )
    await session.flush()
    await session.refresh(run)
    return AppRun(task=TaskSaid.model_validate(task), run=RunSaid.model_validate(run))


@routes.verb("POST", "/runs/{run_id}/cancel", may=Permission.RUNS_WRITE, answers=RunSaid)
async def cancel_run(run_id: UUID, session: Session, actor: Who, desk: AtHand) -> RunSaid:
    """Cancel a run; a model at work gets a deadline to end by."""
    try:
        await _own_or_lead(session, actor, (await store.get(session, actor.workspace_id, run_id)).task_id)
    except tasks.NoSuchTask:
        raise NoSuchRun(run_id=run_id) from None
    run = await actions.cancel_run(session, actor, run_id, desk.settings)
    await session.flush()
    await session.refresh(run)
    return RunSaid.model_validate(run)


def _check_callbacks(bodies: Sequence[NewTaskBody], *, may_be_private: bool) -> None:
    flaws = []
    for number, new in enumerate(bodies):
        place = f"tasks[{number}].callback_url" if len(bodies) > 1 else "callback_url"
        flaw = new.callback_url and tasks.callback_flaw(new.callback_url, place, may_be_private=may_be_private)
        flaws += [flaw] if flaw else []
    if flaws:
        raise tasks.CallbackRefused(flaws, summary="; ".join(f"{flaw.place} {flaw.says}" for flaw in flaws[:3]))


async def _own_or_lead(session: Session, actor: Who, task_id: UUID) -> None:
    task = await tasks.get(session, actor.workspace_id, task_id)
    if not actor.may(Permission.TASKS_WRITE) and task.created_by != actor.member_id:
        raise tasks.NoSuchTask(task_id=task_id)
