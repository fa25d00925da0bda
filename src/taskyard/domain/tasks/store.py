"""Every query about tasks themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.tasks.problems import NoSuchTask
from taskyard.domain.tasks.tables import Task, TaskInput
from taskyard.kit.db.direct import fetch
from taskyard.kit.ids import id_list


async def get(session: AsyncSession, workspace_id: UUID, task_id: UUID) -> Task:
    """Return a task, or NoSuchTask."""
    found: Task | None = await session.scalar(select(Task).where(Task.workspace_id == workspace_id, Task.id == task_id))
    if found is None:
        raise NoSuchTask(task_id=task_id)
    return found


async def lock(session: AsyncSession, workspace_id: UUID, task_id: UUID) -> Task:
    """Return a task to be changed, or NoSuchTask. Step runs are locked before runs, runs before tasks."""
    found: Task | None = await session.scalar(
        select(Task)
        .where(Task.workspace_id == workspace_id, Task.id == task_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchTask(task_id=task_id)
    return found


async def input_of(session: AsyncSession, workspace_id: UUID, task_id: UUID) -> dict[str, Any]:
    """Return what a task is about."""
    rows = await fetch(session, _INPUT, {"workspace_id": workspace_id, "task_id": task_id})
    if not rows:
        raise NoSuchTask(task_id=task_id)
    return dict(rows[0].input)


async def metadata_of(session: AsyncSession, workspace_id: UUID, task_id: UUID) -> dict[str, Any]:
    """Return what somebody noted about a task beside its input."""
    found: dict[str, Any] | None = await session.scalar(
        select(TaskInput.extra).where(TaskInput.workspace_id == workspace_id, TaskInput.task_id == task_id)
    )
    return found or {}


async def set_metadata(session: AsyncSession, workspace_id: UUID, task_id: UUID, extra: dict[str, Any]) -> None:
    """Replace a task's metadata."""
    row = await session.scalar(
        select(TaskInput).where(TaskInput.workspace_id == workspace_id, TaskInput.task_id == task_id)
    )
    if row is not None:
        row.extra = extra


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]], inputs: Sequence[dict[str, Any]]) -> list[UUID]:
    """Insert tasks with their inputs; return the ids of those whose external id was not there before."""
    statement = (
        insert(Task)
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "project_id", "external_id"], index_where=Task.external_id.is_not(None)
        )
        .returning(Task.id)
    )
    added = set(await session.scalars(statement, list(rows)))
    kept = [row for row in inputs if row["task_id"] in added]
    if kept:
        await session.execute(insert(TaskInput), kept)
    return [row["id"] for row in rows if row["id"] in added]


async def by_external_ids(
    session: AsyncSession, workspace_id: UUID, project_id: UUID, external_ids: Sequence[str]
) -> dict[str, UUID]:
    """Return which external ids a project has, and whose they are."""
    rows = await session.execute(
        select(Task.external_id, Task.id).where(
            Task.workspace_id == workspace_id, Task.project_id == project_id, Task.external_id.in_(external_ids)
        )
    )
    return {str(external_id): task_id for external_id, task_id in rows}


async def many(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> list[Task]:
    """Return tasks in the order of their ids given."""
    rows = await session.scalars(select(Task).where(Task.workspace_id == workspace_id, Task.id.in_(ids)))
    found = {task.id: task for task in rows}
    return [found[task_id] for task_id in ids if task_id in found]


async def many_fresh(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> list[Task]:
    """Return tasks as they are now, whatever was read of them before; the caller has locked them."""
    rows = await session.scalars(
        select(Task)
        .where(Task.workspace_id == workspace_id, Task.id == any_(literal(list(ids), ARRAY(Uuid))))
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def inputs_of(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what many tasks are about."""
    rows = await session.execute(
        select(TaskInput.task_id, TaskInput.input).where(
            TaskInput.workspace_id == workspace_id, TaskInput.task_id == any_(literal(list(ids), ARRAY(Uuid)))
        )
    )
    return {task_id: given for task_id, given in rows}  # noqa: C416 - dict() would lose the types


async def remove_many(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> None:
    """Delete tasks with their inputs and what stands beside them to be found by."""
    for statement in (_REMOVE_INPUTS, _REMOVE, *_REMOVE_BESIDE):
        await session.execute(statement, {"workspace_id": workspace_id, "ids": id_list(ids)})


async def remove(session: AsyncSession, task: Task) -> None:
    """Delete a task like many."""
    await remove_many(session, task.workspace_id, [task.id])
    session.expunge(task)


_INPUT = "SELECT input FROM task_inputs WHERE workspace_id = %(workspace_id)s AND task_id = %(task_id)s"
_REMOVE_INPUTS = text(
    "DELETE FROM task_inputs WHERE workspace_id = :workspace_id AND task_id = ANY(CAST(:ids AS uuid[]))"
)
_REMOVE = text("DELETE FROM tasks WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))")
# Behind the tasks: a worker that is just putting them there holds a task until they are seen here.
_REMOVE_BESIDE = tuple(
    text(f"DELETE FROM {table} WHERE workspace_id = :workspace_id AND task_id = ANY(CAST(:ids AS uuid[]))")  # noqa: S608
    for table in ("task_prefills", "task_texts", "task_values")
)
