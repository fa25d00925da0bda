"""Every query about audits."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain import projects, tasks
from taskyard.domain.audits.tables import Audit
from taskyard.domain.tasks import NoSuchTask, Task
from taskyard.kit.ids import id_list


async def seen(session: AsyncSession, actor: Actor, task_id: UUID) -> Task:
    """Return a task of a project the actor sees, or NoSuchTask."""
    task = await tasks.get(session, actor.workspace_id, task_id)
    try:
        await projects.get(session, actor, task.project_id)
    except projects.NoSuchProject:
        raise NoSuchTask(task_id=task_id) from None
    return task


async def of_task(session: AsyncSession, workspace_id: UUID, task_id: UUID) -> list[Audit]:
    """Return the verdicts on a task, newest first."""
    rows = await session.scalars(
        select(Audit).where(Audit.workspace_id == workspace_id, Audit.task_id == task_id).order_by(Audit.id.desc())
    )
    return list(rows)


async def last_of_run(session: AsyncSession, workspace_id: UUID, task_id: UUID, run_id: UUID) -> Audit | None:
    """Return the verdict on a run that stands."""
    found: Audit | None = await session.scalar(
        select(Audit)
        .where(Audit.workspace_id == workspace_id, Audit.task_id == task_id, Audit.run_id == run_id)
        .order_by(Audit.id.desc())
        .limit(1)
    )
    return found


async def delete_of_tasks(session: AsyncSession, workspace_id: UUID, task_ids: Sequence[UUID]) -> None:
    """Remove the verdicts on tasks that are deleted."""
    await session.execute(_DELETE, {"workspace_id": workspace_id, "task_ids": id_list(task_ids)})


_DELETE = text("DELETE FROM audits WHERE workspace_id = :workspace_id AND task_id = ANY(CAST(:task_ids AS uuid[]))")
