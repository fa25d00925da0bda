"""One task with everything about it: input, runs, answers and timeline."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission
from taskyard.domain import archives, audits, files, projects
from taskyard.domain.projects import Version
from taskyard.domain.tasks import TASK, NoSuchTask, TaskStatus
from taskyard.kit.db.statements import named_in
from taskyard.kit.pages import PageAsk, read_cursor, write_cursor
from taskyard.views import run_page
from taskyard.views.task_list import JOINS, ROW
from taskyard.views.visibility import bindings, visible

OPEN = {TaskStatus.QUEUED, TaskStatus.IN_PROGRESS}


async def must_see(session: AsyncSession, actor: Actor, task_id: UUID) -> None:
    """Refuse a task the actor does not see as one that is not there."""
    condition = visible(actor)
    statement = "SELECT 1 FROM tasks WHERE tasks.workspace_id = :workspace_id AND tasks.id = :id"
    values: dict[str, Any] = {"workspace_id": actor.workspace_id, "id": task_id}
    if condition is not None:
        statement += f" AND {condition}"
        values |= named_in(statement, bindings(actor))
    if (await session.execute(text(statement), values)).first() is None:
        await _refuse_archived(session, actor, task_id)
        raise NoSuchTask(task_id=task_id)


async def page(session: AsyncSession, actor: Actor, task_id: UUID) -> dict[str, Any]:
    """Return a task with its input, its runs and what the actor may do with it."""
    await must_see(session, actor, task_id)
    found = (await session.execute(_TASK, {**bindings(actor), "id": task_id})).one()
    row: dict[str, Any] = found.row
    version = await _version(session, actor, found.project_id, found.flow_version)
    task_runs = await run_page.of_task(session, actor, task_id)
    given = {**found.input, **(found.settings or {}).get("input", {})}
    prefills = {} if _sees_own_only(actor) else found.prefills
    return {
        **row,
        "step_priorities": found.step_priorities or {},
        "callback_url": found.callback_url if actor.may(Permission.TASKS_EXPORT) else None,
        "input": found.input,
        "metadata": found.metadata,
        "prefills": prefills,
        "prefilled_by": ("upload" if found.is_uploaded else "creation") if prefills else None,
        "input_schema": version.flow.input_schema,
        "instructions": found.instructions,
        "files": await _files(session, actor, version, given, task_runs),
        "runs": task_runs,
        "verdict": found.verdict,
        "can": _can(actor, row, found),
    }


async def timeline(session: AsyncSession, actor: Actor, task_id: UUID, ask: PageAsk) -> dict[str, Any]:
    """Return what happened to a task, newest first, the upload that brought it last."""
    await must_see(session, actor, task_id)
    bound = ["timeline", str(task_id)]
    before = read_cursor(bound, ask.cursor)
    values = {"workspace_id": actor.workspace_id, "id": task_id, "limit": ask.limit + 1}
    found = (await session.execute(_TIMELINE, {**values, "before": before[0] if before else None})).all()
    items = [row.fact for row in found[: ask.limit]]
    total = (await session.execute(_TIMELINE_COUNT, {"workspace_id": actor.workspace_id, "id": task_id})).scalar_one()
    more = write_cursor(bound, [items[-1]["number"]]) if len(found) > ask.limit else None
    return {"items": items, "next": more, "total": total, "total_is_exact": True}


async def answers(session: AsyncSession, actor: Actor, task_id: UUID) -> dict[str, Any]:
    """Return a task's answers, newest run first, each with who gave it.

    Annotators see their own and the models' while the task is open, so that nobody copies; later they see all.
    """
    await must_see(session, actor, task_id)
    own_only = {"me": actor.member_id, "own_only": _sees_own_only(actor)}
    values = {"workspace_id": actor.workspace_id, "id": task_id, **own_only}
    items = [row.answer for row in (await session.execute(_ANSWERS, values)).all()]
    return {"items": items, "next": None, "total": len(items), "total_is_exact": True}


def _sees_own_only(actor: Actor) -> bool:
    """Say whether somebody sees of answers only what they gave, or are given to start from in their work."""
    return not actor.may(Permission.TASKS_WRITE) and actor.role == "annotator"


async def _refuse_archived(session: AsyncSession, actor: Actor, task_id: UUID) -> None:
    """Say where a task is that was archived, to those who can bring it back; to others it is not there."""
    if not actor.may(Permission.ARCHIVES_READ):
        return
    found = await archives.whereabouts(session, actor.workspace_id, task_id)
    if found is not None:
        on = f"{found.at:%Y-%m-%d}"
        raise archives.TaskArchived(on=on, archive=found.name, archive_id=str(found.archive_id), task_id=str(task_id))


async def _version(session: AsyncSession, actor: Actor, project_id: UUID, number: int) -> Version:
    return await projects.version(session, actor.workspace_id, project_id, number)


async def _files(
    session: AsyncSession, actor: Actor, version: Version, given: dict[str, Any], task_runs: list[dict[str, Any]]
) -> dict[str, Any]:
    named = version.checker.file_values(given)
    for run in task_runs:
        image = (run["output"] or {}).get("image")
        if isinstance(image, str):
            named.append(("output.image", image, "file"))
    if not named:
        return {}
    found = await files.find_all(session, actor.workspace_id, [handle for _, handle, _ in named])
    return {str(file.id): files.FileSaid.of(file).model_dump() for file in found}


def _can(actor: Actor, row: dict[str, Any], found: Any) -> dict[str, str | None]:
    status = row["status"]
    own = found.created_by is not None and found.created_by == actor.member_id
    lead = actor.may(Permission.TASKS_WRITE)
    no_lead = None if lead else "Only owners and managers may do this."
    no_own = None if lead or own else "Only owners, managers and whoever made the task may do this."
    busy = "It is being worked on: wait until its run has ended." if status in OPEN else None
    held = "A person has this task in hand." if found.is_held else None
    no_cancel = None if actor.may(Permission.TASKS_CANCEL) else "Your role may not cancel tasks."
    in_hand = "It is being worked on: release or cancel its run first." if status == TaskStatus.IN_PROGRESS else None
    return {
        "cancel": no_cancel or held or TASK.why_not(status, "cancel"),
        "rerun": no_own or busy,
        "delete": no_own or held or in_hand,
        "prioritise": no_lead,
        "see_callbacks": None if actor.may(Permission.CALLBACKS_READ) else "Only owners and managers see callbacks.",
        "audit": audits.why_not(actor, status, found.audit),
        "audit_again": audits.why_not_again(actor, status, found.audit),
    }


_TASK = text(f"""
    SELECT {ROW} AS row, tasks.project_id, tasks.created_by, tasks.step_priorities, tasks.callback_url, tasks.audit,
           task_inputs.input, task_inputs.metadata, coalesce((
               SELECT jsonb_object_agg(brought.step, brought.answer) FROM task_prefills AS brought
               WHERE brought.workspace_id = :workspace_id AND brought.task_id = tasks.id), '{{}}') AS prefills,
           tasks.upload_id IS NOT NULL AS is_uploaded,
           projects.instructions, runs.flow_version, runs.settings, EXISTS (
               SELECT 1 FROM reservations AS hold WHERE hold.workspace_id = :workspace_id
               AND hold.task_id = tasks.id AND hold.state = 'held') AS is_held, CASE WHEN tasks.audit IS NOT NULL THEN (
               SELECT jsonb_build_object('verdict', given.verdict, 'by', given.by_name, 'at', given.at,
                   'reasons', given.reasons, 'redo_from', given.redo_from)
               FROM audits AS given WHERE given.workspace_id = :workspace_id AND given.task_id = tasks.id
               ORDER BY given.id DESC LIMIT 1) END AS verdict
    FROM tasks {JOINS}
    JOIN task_inputs ON task_inputs.workspace_id = :workspace_id AND task_inputs.task_id = tasks.id
    WHERE tasks.workspace_id = :workspace_id AND tasks.id = :id
""")  # noqa: S608 - constants

_FACT = """jsonb_build_object('number', number, 'name', facts.name, 'says', facts.says, 'at', facts.at,
    'data', facts.data, 'run_id', facts.run_id,
    'by', jsonb_build_object('kind', facts.actor_kind, 'id', facts.actor_id, 'name', facts.actor_name))"""
_OF_TASK = """facts.workspace_id = :workspace_id AND (facts.task_id = :id OR (
        facts.name IN ('upload.completed', 'upload.mended') AND (facts.noun_id, facts.at) = (
            SELECT upload_id, created_at FROM tasks WHERE workspace_id = :workspace_id AND id = :id)))"""
_TIMELINE = text(f"""
    SELECT {_FACT} AS fact FROM facts
    WHERE {_OF_TASK} AND (CAST(:before AS bigint) IS NULL OR number < CAST(:before AS bigint))
    ORDER BY number DESC LIMIT :limit
""")  # noqa: S608 - constants
_TIMELINE_COUNT = text(f"SELECT count(*) FROM facts WHERE {_OF_TASK}")  # noqa: S608 - constants
_ANSWERS = text("""
    SELECT jsonb_build_object(
        'id', answers.id, 'step', answers.step, 'use', answers.use, 'run_id', answers.run_id,
        'step_run_id', answers.step_run_id, 'kind', answers.kind, 'data', answers.data,
        'by', jsonb_build_object(
            'kind', CASE WHEN answers.model IS NULL THEN 'member' ELSE 'model' END,
            'id', coalesce(answers.member_id::text, answers.model), 'name', answers.by_name),
        'confidence', answers.confidence, 'seconds', answers.seconds, 'created_at', answers.created_at,
        'fixes', answers.fixes, 'is_final', answers.kind = 'answer' AND answers.run_id = tasks.run_id) AS answer
    FROM answers JOIN tasks ON tasks.workspace_id = :workspace_id AND tasks.id = answers.task_id
    WHERE answers.workspace_id = :workspace_id AND answers.task_id = :id
      AND (NOT CAST(:own_only AS boolean) OR answers.member_id IS NULL OR answers.member_id = :me
           OR tasks.status IN ('completed', 'failed', 'cancelled'))
    ORDER BY answers.run_id DESC, answers.id LIMIT 1000
""")
