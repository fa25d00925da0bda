"""The one query of an export: PostgreSQL writes each line, and COPY carries them out as one moment in time."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Role
from taskyard.domain.tasks import TaskFilter

# JSON escapes every control character, so these two never occur in a line: COPY leaves the lines as they are.
_AS_IT_IS = r"WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')"


async def now(session: AsyncSession) -> datetime:
    """Return the database's clock."""
    found: datetime = (await session.execute(text("SELECT now()"))).scalar_one()
    return found


async def lines(session: AsyncSession, actor: Actor, asked: TaskFilter, seconds_max: float) -> AsyncGenerator[bytes]:
    """Yield tasks as JSON, one a line with its line feed, oldest first. One statement: one snapshot.

    Holds the session's transaction open until the last line, or until the iterator is closed.
    """
    timeout = f"{timedelta(seconds=seconds_max) // timedelta(milliseconds=1)}ms"
    await session.execute(_TO_STREAM, {"timeout": timeout})
    raw = await (await session.connection()).get_raw_connection()
    connection: psycopg.AsyncConnection[Any] = raw.driver_connection  # type: ignore[assignment]
    values = {**asked.values(), "workspace_id": actor.workspace_id, "me": actor.member_id}
    statement = f"COPY ({_LINES} WHERE {_conditions(actor, asked)} ORDER BY tasks.id) TO STDOUT {_AS_IT_IS}"
    async with connection.cursor() as cursor, cursor.copy(statement.encode(), values) as copy:
        async for line in copy:
            yield bytes(line)


# Rows are to come from the first one on: no plan that reads or sorts whole tables before it gives anything.
_TO_STREAM = text("""
    SELECT set_config('statement_timeout', :timeout, true), set_config('enable_hashjoin', 'off', true),
           set_config('enable_mergejoin', 'off', true), set_config('enable_sort', 'off', true),
           set_config('max_parallel_workers_per_gather', '0', true)
""")


def _conditions(actor: Actor, asked: TaskFilter) -> str:
    where = ["tasks.workspace_id = :workspace_id", *asked.conditions()]
    if actor.role is Role.CLIENT:
        where.append("projects.shared_with_clients")
    return _NAMED.sub(r"%(\1)s", " AND ".join(where))


# Conditions name their values as the mapper does; COPY is the driver's own, which names them %(name)s.
_NAMED = re.compile(r"(?<!:):(\w+)")

_LINES = """
    SELECT json_build_object(
        'id', tasks.id, 'external_id', tasks.external_id,
        'project', json_build_object('id', tasks.project_id, 'name', projects.name),
        'status', tasks.status, 'priority', tasks.priority, 'batch', tasks.batch,
        'metadata', task_inputs.metadata, 'input', task_inputs.input,
        'created_at', tasks.created_at, 'last_submitted_at', tasks.last_submitted_at,
        'completed_at', tasks.completed_at,
        'answers', coalesce(given.answers, '[]'::json), 'output', runs.output)::text
    FROM tasks
    JOIN task_inputs ON task_inputs.workspace_id = %(workspace_id)s AND task_inputs.task_id = tasks.id
    JOIN projects ON projects.workspace_id = %(workspace_id)s AND projects.id = tasks.project_id
    LEFT JOIN runs ON runs.workspace_id = %(workspace_id)s AND runs.id = tasks.run_id
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object(
            'id', answers.id, 'step', answers.step, 'use', answers.use, 'run', runs.number,
            'by', json_build_object(
                'kind', CASE WHEN answers.model IS NULL THEN 'member' ELSE 'model' END,
                'id', coalesce(answers.member_id::text, answers.model), 'name', answers.by_name),
            'data', answers.data, 'confidence', answers.confidence, 'seconds', answers.seconds,
            'created_at', answers.created_at) ORDER BY answers.id) AS answers
        FROM answers
        WHERE answers.workspace_id = %(workspace_id)s AND answers.run_id = tasks.run_id
          AND answers.kind = 'answer') AS given ON true
"""
