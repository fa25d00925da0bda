"""Waiting counts: in projects that want it, what is free moves one number earlier for every so many hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.runs.rules import HOUR_SECONDS
from taskyard.domain.tasks import PRIORITY_MIN
from taskyard.kit.db.direct import fetch

# As many as one look finds; the next look goes on.
DUE_MAX = 100_000
PORTION = 1_000


class Ageing(NamedTuple):
    """A project whose work ages."""

    workspace_id: UUID
    project_id: UUID
    hours: int


async def projects_that_age(session: AsyncSession) -> list[Ageing]:
    """Return every project whose work ages. For workers, who see all workspaces."""
    return [Ageing(*row) for row in await fetch(session, _PROJECTS)]


async def due_to_age(session: AsyncSession, ageing: Ageing) -> list[UUID]:
    """Return what has waited long enough for another number. Locks nothing, and takes one look through the line."""
    rows = await fetch(session, _DUE, {**_values(ageing), "most": DUE_MAX})
    return [row.id for row in rows]


async def age(session: AsyncSession, ageing: Ageing, ids: Sequence[UUID]) -> int:
    """Move those of these earlier that are still free and due; return how many. Safe to repeat.

    What somebody is just taking is passed over, and nobody who takes waits for this.
    """
    values = {**_values(ageing), "ids": list(ids), "least": PRIORITY_MIN}
    return len(await fetch(session, _AGE, values))


def _values(ageing: Ageing) -> dict[str, object]:
    seconds = ageing.hours * HOUR_SECONDS
    return {"workspace_id": ageing.workspace_id, "project_id": ageing.project_id, "seconds": seconds}


_PROJECTS = (
    "SELECT workspace_id, id, ageing_hours FROM projects WHERE ageing_hours IS NOT NULL ORDER BY workspace_id, id"
)
_NUMBERS = "floor(extract(epoch FROM now() - {turn}.created_at) / %(seconds)s)::bigint"
# Along the two indexes of what is free, word for word: one for people's work and agents', one for models'. What is
# kept for somebody or was sent back comes before the line anyway.
_DUE = f"""
    SELECT id FROM step_runs AS turn
    WHERE workspace_id = %(workspace_id)s AND project_id = %(project_id)s AND state = 'queued'
      AND performer IN ('people', 'agents') AND reserved_for IS NULL AND sent_back_to IS NULL
      AND {_NUMBERS.format(turn="turn")} > aged
    UNION ALL
    SELECT id FROM step_runs AS turn
    WHERE workspace_id = %(workspace_id)s AND project_id = %(project_id)s AND state = 'queued'
      AND state IN ('queued', 'waiting') AND performer NOT IN ('people', 'agents')
      AND {_NUMBERS.format(turn="turn")} > aged
    LIMIT %(most)s
"""  # noqa: S608 - constants
_AGE = f"""
    UPDATE step_runs SET priority = step_runs.priority - due.numbers, aged = step_runs.aged + due.numbers
    FROM (SELECT id, least({_NUMBERS.format(turn="turn")} - aged, priority::bigint - %(least)s)::int AS numbers
          FROM step_runs AS turn
          WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) AND state = 'queued'
            AND {_NUMBERS.format(turn="turn")} > aged
          FOR UPDATE SKIP LOCKED) AS due
    WHERE step_runs.workspace_id = %(workspace_id)s AND step_runs.id = due.id AND due.numbers > 0
    RETURNING step_runs.id
"""  # noqa: S608 - constants
