"""Which tasks are meant, at one moment: looked at before anything is done, and then noted one by one."""

# ruff: noqa: S608 - built from constants of this house; values are bound

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain.archives.content import FINISHED, REFUSED
from taskyard.domain.archives.rules import Refused
from taskyard.domain.tasks import TaskFilter
from taskyard.kit.db.direct import fetch
from taskyard.kit.db.statements import named_in


async def look(session: AsyncSession, actor: Actor, asked: TaskFilter) -> tuple[int, list[Refused]]:
    """Return how many of the tasks that are meant may be archived, and why the others may not."""
    statement = f"SELECT {REFUSED} AS reason, count(*) {_meant(asked)} GROUP BY 1"
    found: dict[str | None, int] = dict(await _all(session, statement, actor, asked))
    may = int(found.pop(None, 0))
    refused = [Refused(str(reason), number) for reason, number in found.items()]
    return may, sorted(refused, key=lambda each: -each.number)


async def freeze(session: AsyncSession, actor: Actor, archive_id: UUID, asked: TaskFilter) -> int:
    """Note which tasks are meant at this moment; return how many."""
    statement = _counted(f"{_FREEZE} {_meant(asked)}")
    return int((await _all(session, statement, actor, asked, archive_id=archive_id))[0][0])


async def freeze_inactive(
    session: AsyncSession, workspace_id: UUID, archive_id: UUID, project_id: UUID, days: int
) -> int:
    """Note which finished tasks of a project nobody has done anything with for so many days."""
    values = {"workspace_id": workspace_id, "archive_id": archive_id, "project_id": project_id, "days": days}
    return int((await session.execute(text(_counted(f"{_FREEZE} {_INACTIVE}")), values)).scalar_one())


async def projects_of(session: AsyncSession, workspace_id: UUID, archive_id: UUID) -> list[dict[str, str]]:
    """Return the projects of the tasks that are meant, as they are called now."""
    rows = await fetch(session, _PROJECTS, {"workspace_id": workspace_id, "archive_id": archive_id})
    return [{"id": str(row.id), "name": row.name} for row in rows]


def _meant(asked: TaskFilter) -> str:
    return f"FROM tasks WHERE {' AND '.join(['tasks.workspace_id = :workspace_id', *asked.conditions()])}"


async def _all(session: AsyncSession, statement: str, actor: Actor, asked: TaskFilter, **named: Any) -> list[Any]:
    values = {**asked.values(), **named, "workspace_id": actor.workspace_id, "me": actor.member_id}
    return list((await session.execute(text(statement), named_in(statement, values))).all())


def _counted(insert: str) -> str:
    return f"WITH frozen AS ({insert} RETURNING 1) SELECT count(*) FROM frozen"


_FREEZE = """
    INSERT INTO archive_items (workspace_id, archive_id, number, task_id, project_id, external_id, outcome)
    SELECT :workspace_id, :archive_id, row_number() OVER (ORDER BY tasks.id), tasks.id, tasks.project_id,
           tasks.external_id, 'asked'
"""
# What happened to a task stands in its facts; one that came in a file has none until somebody takes it.
_INACTIVE = f"""
    FROM tasks CROSS JOIN (SELECT now() - make_interval(days => :days) AS since) AS rested
    WHERE tasks.workspace_id = :workspace_id AND tasks.project_id = :project_id AND {FINISHED}
      AND tasks.created_at < rested.since AND (tasks.last_submitted_at < rested.since) IS NOT FALSE
      AND (tasks.completed_at < rested.since) IS NOT FALSE
      AND NOT EXISTS (SELECT 1 FROM facts WHERE facts.workspace_id = :workspace_id AND facts.task_id = tasks.id
                      AND facts.at >= rested.since)
"""
_PROJECTS = """
    SELECT projects.id, projects.name FROM projects
    WHERE projects.workspace_id = %(workspace_id)s AND projects.id IN (
        SELECT project_id FROM archive_items
        WHERE workspace_id = %(workspace_id)s AND archive_id = %(archive_id)s)
    ORDER BY projects.name, projects.id
"""
