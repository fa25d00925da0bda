"""The batches there are, for whoever narrows a list to one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.kit.db.statements import named_in
from taskyard.views.visibility import bindings, visible

NAMES_MAX = 50


async def named(session: AsyncSession, actor: Actor, words: str | None, project_id: UUID | None) -> list[str]:
    """Return the first fifty batches that hold these words, by name, of tasks this actor sees."""
    conditions = ["tasks.workspace_id = :workspace_id", "tasks.batch = known.batch"]
    values: dict[str, Any] = {**bindings(actor), "words": words, "most": NAMES_MAX}
    if project_id is not None:
        conditions.append("tasks.project_id = :project_id")
        values["project_id"] = project_id
    if (seen := visible(actor)) is not None:
        conditions.append(seen)
    seen_by = f" AND EXISTS (SELECT 1 FROM tasks WHERE {' AND '.join(conditions)})"  # noqa: S608 - values are bound
    statement = _NAMES.format(seen_by=seen_by)
    return list(await session.scalars(text(statement), named_in(statement, values)))


# From batch to batch along the index, not through all tasks that are in one.
_NAMES = """
    WITH RECURSIVE known AS (
        (SELECT batch FROM tasks WHERE workspace_id = :workspace_id AND batch IS NOT NULL ORDER BY batch LIMIT 1)
        UNION ALL
        SELECT following.batch FROM known CROSS JOIN LATERAL (
            SELECT batch FROM tasks WHERE workspace_id = :workspace_id AND batch > known.batch
            ORDER BY batch LIMIT 1) AS following)
    SELECT known.batch FROM known
    WHERE (CAST(:words AS text) IS NULL OR strpos(lower(known.batch), lower(:words)) > 0){seen_by} LIMIT :most
"""
