"""Words and sorted values beside the tasks: put there, and asked. No index here is touched by a change of state.

A few new tasks are put there at once; many, from an upload, are noted as a span of ids and seen to by a worker. Until
then they are looked through as the list shows them, so that nothing is missing from what is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.tasks.filter import AS_LISTED, TaskFilter
from taskyard.kit.db.engine import Database
from taskyard.kit.ids import new_id
from taskyard.kit.logs import log

logger = log("search")

# So many tasks are put beside in one short transaction.
PORTION = 2_000
# Below this a project is sorted as it is, in no more time than an index would take to be kept.
UNSORTED_MAX = 5_000
SORTED_FIELDS_MAX = 20
WORDS_CHARS_MAX = 100_000


class Waiting(NamedTuple):
    """Tasks to be put beside, and how far that is."""

    workspace_id: UUID
    id: UUID
    project_id: UUID
    field: str | None
    first_id: UUID
    last_id: UUID


async def index(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> None:
    """Put the words and sorted values of these tasks beside them. Safe to repeat."""
    named = {"workspace_id": workspace_id, "ids": list(ids)}
    await session.execute(_PUT_WORDS, {**named, "most": WORDS_CHARS_MAX})
    await session.execute(_PUT_VALUES, {**named, "field": None})


async def index_later(
    session: AsyncSession, workspace_id: UUID, project_id: UUID, first: UUID, last: UUID, field: str | None = None
) -> None:
    """Leave the tasks of a project between two ids to a worker."""
    named = {"workspace_id": workspace_id, "id": new_id(), "project_id": project_id}
    await session.execute(_NOTE_SPAN, {**named, "field": field, "first_id": first, "last_id": last})


async def index_next(database: Database) -> bool:
    """Put a portion of what is waiting beside its tasks; return whether there was anything. Safe beside other workers.

    Killed at any moment it has done a portion whole, or not at all.
    """
    async with database.transaction() as session:
        waiting = (await session.execute(_SPANS)).all()
    for workspace_id, span_id in waiting:
        try:
            async with database.transaction(workspace_id) as session:
                row = (await session.execute(_LOCK_SPAN, {"workspace_id": workspace_id, "id": span_id})).first()
                if row is not None:
                    await _put_portion(session, Waiting(*row))
                    return True
        except SQLAlchemyError:
            # The others need not wait for this one.
            logger.exception("search.stuck", workspace=str(workspace_id), span=str(span_id))
    return False


async def _put_portion(session: AsyncSession, span: Waiting) -> None:
    named = {"workspace_id": span.workspace_id, "project_id": span.project_id}
    asked = {**named, "first_id": span.first_id, "last_id": span.last_id, "portion": PORTION}
    ids = list(await session.scalars(_IN_SPAN, asked))
    if ids and span.field is None:
        await index(session, span.workspace_id, ids)
    elif ids:
        await session.execute(_PUT_VALUES, {"workspace_id": span.workspace_id, "ids": ids, "field": span.field})
    of_span = {"workspace_id": span.workspace_id, "id": span.id}
    if len(ids) < PORTION:
        await session.execute(_END_SPAN, of_span)
    else:
        await session.execute(_MOVE_SPAN, {**of_span, "first_id": ids[-1]})


async def with_words(session: AsyncSession, workspace_id: UUID, asked: TaskFilter, most: int) -> TaskFilter:
    """Return a filter by words that asks the index: for the tasks it names where they are few, or for all of them."""
    here = {"workspace_id": workspace_id}
    named = {"like": asked.values()["like"], "most": most + 1}
    found = set(await session.scalars(_WITH_WORDS, named))
    is_waiting = (await session.execute(_IS_WAITING, here)).first() is not None
    if is_waiting and len(found) <= most:
        found |= set(await session.scalars(_WAITING_WITH_WORDS, here | named))
    if len(found) <= most:
        return replace(asked, found=tuple(found))
    return replace(asked, is_indexed=not is_waiting)


async def is_sorted(session: AsyncSession, workspace_id: UUID, project_id: UUID, field: str) -> bool:
    """Say whether all tasks of a project have their value of a field beside them, in order.

    The first time somebody asks for a field of a large project, a worker is given the task to make it so.
    """
    named = {"workspace_id": workspace_id, "project_id": project_id, "field": field}
    known = (await session.execute(_IS_SORTED, named)).one()
    if not known.is_known and known.fields < SORTED_FIELDS_MAX and await _is_large(session, named):
        await session.execute(_SORT_FIELD, named)
        await index_later(session, workspace_id, project_id, UUID(int=0), UUID(int=2**128 - 1), field)
    return bool(known.is_known and not known.is_waiting)


async def _is_large(session: AsyncSession, named: dict[str, object]) -> bool:
    return (await session.execute(_IS_LARGE, {**named, "unsorted": UNSORTED_MAX})).first() is not None


_OF_INPUT = """(SELECT string_agg(value #>> '{}', E'\\n')
    FROM jsonb_path_query(task_inputs.input, 'strict $.**') AS value
    WHERE jsonb_typeof(value) IN ('string', 'number'))"""
# A task that is being deleted is waited for, and then not there: nothing is put beside what has gone.
_PUT_WORDS = text(f"""
    INSERT INTO task_texts (workspace_id, task_id, words)
    SELECT tasks.workspace_id, tasks.id,
           left(lower(concat_ws(E'\\n', tasks.id::text, tasks.external_id, {_OF_INPUT})), :most)
    FROM tasks JOIN task_inputs ON task_inputs.workspace_id = :workspace_id AND task_inputs.task_id = tasks.id
    WHERE tasks.workspace_id = :workspace_id AND tasks.id = ANY(:ids)
    ORDER BY tasks.id FOR KEY SHARE OF tasks ON CONFLICT (workspace_id, task_id) DO NOTHING
""")  # noqa: S608 - constants
# Lists and objects are in no order, nor are numbers beyond all measure.
_PUT_VALUES = text("""
    INSERT INTO task_values (workspace_id, task_id, field, project_id, number, words)
    SELECT tasks.workspace_id, tasks.id, sorted.field, tasks.project_id,
           CASE WHEN jsonb_typeof(task_inputs.input -> sorted.field) = 'number'
                AND abs((task_inputs.input ->> sorted.field)::numeric) < 1e300
               THEN round((task_inputs.input ->> sorted.field)::numeric, 30)::float8 END,
           CASE WHEN jsonb_typeof(task_inputs.input -> sorted.field) <> 'number'
               THEN left(lower(task_inputs.input ->> sorted.field), 200) END
    FROM tasks JOIN task_inputs ON task_inputs.workspace_id = :workspace_id AND task_inputs.task_id = tasks.id
    JOIN sorted_fields AS sorted ON sorted.workspace_id = :workspace_id AND sorted.project_id = tasks.project_id
    WHERE tasks.workspace_id = :workspace_id AND tasks.id = ANY(:ids)
      AND (CAST(:field AS text) IS NULL OR sorted.field = :field)
      AND jsonb_typeof(task_inputs.input -> sorted.field) IN ('number', 'string', 'boolean')
    ORDER BY tasks.id FOR KEY SHARE OF tasks ON CONFLICT (workspace_id, task_id, field) DO NOTHING
""")
_NOTE_SPAN = text("""
    INSERT INTO task_spans (workspace_id, id, project_id, field, first_id, last_id)
    VALUES (:workspace_id, :id, :project_id, :field, :first_id, :last_id)
""")
_SPANS = text("SELECT workspace_id, id FROM task_spans ORDER BY id LIMIT 20")
_LOCK_SPAN = text("""
    SELECT workspace_id, id, project_id, field, first_id, last_id FROM task_spans
    WHERE workspace_id = :workspace_id AND id = :id FOR UPDATE SKIP LOCKED
""")
_IN_SPAN = text("""
    SELECT id FROM tasks WHERE workspace_id = :workspace_id AND project_id = :project_id
      AND id >= :first_id AND id <= :last_id ORDER BY id LIMIT :portion
""")
_END_SPAN = text("DELETE FROM task_spans WHERE workspace_id = :workspace_id AND id = :id")
_MOVE_SPAN = text("UPDATE task_spans SET first_id = :first_id WHERE workspace_id = :workspace_id AND id = :id")
_WITH_WORDS = text("SELECT tasks_with_words(lower(:like), :most)")
# From each span to its tasks: the other way round every task of the workspace would be looked through.
_WAITING_WITH_WORDS = text(f"""
    SELECT tasks.id FROM (SELECT * FROM task_spans WHERE workspace_id = :workspace_id AND field IS NULL) AS span
    CROSS JOIN LATERAL (
        SELECT tasks.id FROM tasks
        WHERE tasks.workspace_id = :workspace_id AND tasks.project_id = span.project_id
          AND tasks.id >= span.first_id AND tasks.id <= span.last_id
          AND {AS_LISTED} LIKE lower(:like) LIMIT :most) AS tasks
""")  # noqa: S608 - constants
_IS_WAITING = text("SELECT 1 FROM task_spans WHERE workspace_id = :workspace_id AND field IS NULL LIMIT 1")
_IS_SORTED = text("""
    SELECT EXISTS (SELECT 1 FROM sorted_fields WHERE workspace_id = :workspace_id AND project_id = :project_id
                   AND field = :field) AS is_known,
           EXISTS (SELECT 1 FROM task_spans WHERE workspace_id = :workspace_id AND project_id = :project_id
                   AND (field IS NULL OR field = :field)) AS is_waiting,
           (SELECT count(*) FROM sorted_fields WHERE workspace_id = :workspace_id
            AND project_id = :project_id) AS fields
""")
_IS_LARGE = text("""
    SELECT 1 FROM tasks WHERE workspace_id = :workspace_id AND project_id = :project_id OFFSET :unsorted LIMIT 1
""")
_SORT_FIELD = text("""
    INSERT INTO sorted_fields (workspace_id, project_id, field) VALUES (:workspace_id, :project_id, :field)
    ON CONFLICT (workspace_id, project_id, field) DO NOTHING
""")
