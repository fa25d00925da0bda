"""Fields of the input as columns of the task list: which there are for somebody, and their values, cut to a cell."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain import projects
from taskyard.domain.tasks import TaskFilter, refuse_unknown_fields

INPUT = "input."
FIELDS_MAX = 20
# As much as a cell can show; who wants all of it opens the task.
CELL_CHARS = 200
INPUTS = "LEFT JOIN task_inputs AS inputs ON inputs.workspace_id = :workspace_id AND inputs.task_id = tasks.id"
# Numbers and truths as they are; everything else, a list too, as the beginning of its text.
_CELL = """CASE WHEN jsonb_typeof(inputs.input -> :shown_{n}) IN ('number', 'boolean') THEN inputs.input -> :shown_{n}
    ELSE to_jsonb(left(inputs.input ->> :shown_{n}, {chars})) END"""


async def named_fields(
    session: AsyncSession, actor: Actor, asked: TaskFilter, fields: Sequence[str]
) -> tuple[str, ...]:
    """Return the names of these fields, each once: those that a project in view declares, the others are refused."""
    if not fields:
        return ()
    declared = await projects.fields_of(session, actor, asked.projects)
    refuse_unknown_fields(fields, [f"{INPUT}{name}" for name in declared])
    return tuple(dict.fromkeys(field.removeprefix(INPUT) for field in fields))


def with_fields(row: str, count: int) -> str:
    """Return the JSON of a row with so many fields of its input, by the names they are asked for."""
    pairs = ", ".join(f"'{INPUT}' || :shown_{n}, {_CELL.format(n=n, chars=CELL_CHARS)}" for n in range(count))
    return f"{row.removesuffix(')')}, 'fields', json_build_object({pairs}))"
