"""What a task is, whole: its rows in every table as one JSON value, hashed by the database, taken out and put back.

Equal rows give equal text and so an equal hash, today and after a restore: the database orders the names of a JSON
object itself, and the parts of each list are ordered here.
"""

# ruff: noqa: S608 - built from constants of this house and names of the catalogue; values are bound

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.runs import StepRunState
from taskyard.domain.tasks import TaskStatus
from taskyard.kit.db.direct import fetch

# The columns of each table that an archive holds. An older one knows fewer; what came later gets its default.
Shape = Mapping[str, Sequence[str]]


class Part(NamedTuple):
    """The rows of a task in one table, found from `tasks.id`, always in the same order."""

    table: str
    where: str
    order: str
    is_one: bool = False


_STEP_RUNS_OF = """IN (
        SELECT turn.id FROM runs AS pass JOIN step_runs AS turn
            ON turn.workspace_id = %(workspace_id)s AND turn.run_id = pass.id
        WHERE pass.workspace_id = %(workspace_id)s AND pass.task_id = tasks.id)"""
# In the order in which rows are put back; taken out they are the other way round.
PARTS = (
    Part("task_inputs", "task_inputs.task_id = tasks.id", "task_id", is_one=True),
    Part("task_prefills", "task_prefills.task_id = tasks.id", "step"),
    Part("runs", "runs.task_id = tasks.id", "id"),
    Part("step_runs", f"step_runs.id {_STEP_RUNS_OF}", "id"),
    Part("answers", "answers.task_id = tasks.id", "id"),
    Part("reservations", "reservations.task_id = tasks.id", "id"),
    Part("audits", "audits.task_id = tasks.id", "id"),
    Part("step_skips", f"step_skips.step_run_id {_STEP_RUNS_OF}", "step_run_id, member_id"),
)
TABLES = ("tasks", *(part.table for part in PARTS))
# Rows of a task that stay where they are: what happened is only ever added to, what was told of it was told, and an
# archive holds on to the files of its tasks by leaving the notes of their use.
STAYING = ("facts", "file_uses", "deliveries")
# What goes with a task and is made of its input again when it comes back.
MADE_ANEW = ("task_texts", "task_values")


class Content(NamedTuple):
    """One task as it is now; `refused` says why it may not leave the list."""

    task_id: UUID
    refused: str | None
    text: str
    sha256: str
    runs: int
    answers: int
    files: int


async def shape(session: AsyncSession) -> dict[str, list[str]]:
    """Return the columns that make up each table's part of a task. The workspace is where it is put back to."""
    rows = await fetch(session, _COLUMNS, {"tables": list(TABLES)})
    return {row.table_name: list(row.columns) for row in rows}


async def read(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID], of: Shape) -> list[Content]:
    """Return those of the tasks that are there, in the order of their ids, as of one moment."""
    values = {"workspace_id": workspace_id, "ids": list(ids), **await _without(session, of)}
    return [Content(*row) for row in await fetch(session, _read(of), values)]


async def hashes(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID], of: Shape) -> dict[UUID, str]:
    """Return the hash of each task as it is now; nothing for one that is not there."""
    values = {"workspace_id": workspace_id, "ids": list(ids), **await _without(session, of)}
    return {row.id: row.sha256 for row in await fetch(session, _hash(of), values)}


async def by_key(session: AsyncSession) -> None:
    """Have this transaction look rows up one by one: tables that were just filled or emptied look like others."""
    await fetch(session, _BY_KEY)


async def lock(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> None:
    """Lock everything of these tasks that somebody may be changing, in the order everybody keeps."""
    values = {"workspace_id": workspace_id, "ids": list(ids)}
    for statement in _LOCKS:
        await fetch(session, statement, values)


async def take_out(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> None:
    """Remove every row of these tasks but those that stay."""
    values = {"workspace_id": workspace_id, "ids": list(ids)}
    for statement in _DELETES:
        await fetch(session, statement, values)


async def put_back(session: AsyncSession, workspace_id: UUID, contents: Sequence[str], of: Shape) -> list[UUID]:
    """Insert every row of these tasks; return the ids of those that found their place free."""
    values = {"workspace_id": workspace_id, "contents": f"[{','.join(contents)}]"}
    return [row.id for row in await fetch(session, _insert(of), values)]


async def _without(session: AsyncSession, of: Shape) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in await fetch(session, _ALL_COLUMNS, {"tables": list(TABLES)}):
        found[f"without_{row.table_name}"] = [name for name in row.columns if name not in of.get(row.table_name, ())]
    return found


def _parts(of: Shape) -> list[Part]:
    """Return the parts an archive knows: tables that came later were empty when it was written."""
    return [part for part in PARTS if part.table in of]


def _as_json(table: str) -> str:
    return f"to_jsonb({table}) - CAST(%(without_{table})s AS text[])"


def _part(part: Part) -> str:
    where = f"FROM {part.table} WHERE {part.table}.workspace_id = %(workspace_id)s AND {part.where}"
    if part.is_one:
        return f"'{part.table}', (SELECT {_as_json(part.table)} {where})"
    order = ", ".join(f"{part.table}.{name}" for name in part.order.split(", "))
    return f"'{part.table}', coalesce((SELECT jsonb_agg({_as_json(part.table)} ORDER BY {order}) {where}), '[]')"


def _insert(of: Shape) -> str:
    """Return one statement that puts rows into every table: those of a task whose place is taken go nowhere."""
    steps = [
        _GIVEN,
        _insert_into("tasks", of["tasks"], "jsonb_populate_record(NULL::tasks, given.content -> 'tasks')", "given")
        + " ON CONFLICT DO NOTHING RETURNING id)",
        _COMING,
    ]
    for table, _, _, is_one in _parts(of):
        way = "jsonb_populate_record" if is_one else "jsonb_populate_recordset"
        rows = f"{way}(NULL::{table}, coming.content -> '{table}')"
        steps.append(_insert_into(table, of[table], rows, "coming") + ")")
    return f"WITH {', '.join(steps)} SELECT id FROM put_tasks"


def _insert_into(table: str, columns: Sequence[str], rows: str, source: str) -> str:
    # The names come from the catalogue of the database, where they were looked up for this archive.
    named = ", ".join(f'"{name}"' for name in columns)
    picked = ", ".join(f'part."{name}"' for name in columns)
    return (
        f"put_{table} AS (INSERT INTO {table} (workspace_id, {named}) "
        f"SELECT %(workspace_id)s, {picked} FROM {source} CROSS JOIN LATERAL {rows} AS part"
    )


_BY_KEY = """
    SELECT set_config('enable_hashjoin', 'off', true) AS hashed, set_config('enable_mergejoin', 'off', true) AS merged
"""
_GIVEN = """given AS MATERIALIZED (
    SELECT CAST(content #>> '{tasks,id}' AS uuid) AS id, content
    FROM jsonb_array_elements(CAST(%(contents)s AS jsonb)) AS all_of(content))"""
_COMING = "coming AS (SELECT given.content FROM given JOIN put_tasks ON put_tasks.id = given.id)"
_COLUMNS_OF = """
    SELECT relname AS table_name, array_agg(CAST(attname AS text) ORDER BY attnum) AS columns
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%(tables)s) AND attnum > 0 AND NOT attisdropped
"""
_ALL_COLUMNS = f"{_COLUMNS_OF} GROUP BY relname"
# What the database works out itself is neither kept nor put back.
_COLUMNS = f"{_COLUMNS_OF} AND attname <> 'workspace_id' AND attgenerated = '' GROUP BY relname"

_FILES = """'files', coalesce((
        SELECT jsonb_agg(jsonb_build_object('id', files.id, 'name', files.name, 'sha256', files.sha256,
            'bytes', files.bytes, 'media_type', files.media_type) ORDER BY files.id)
        FROM file_uses JOIN files ON files.workspace_id = %(workspace_id)s AND files.id = file_uses.file_id
        WHERE file_uses.workspace_id = %(workspace_id)s AND file_uses.task_id = tasks.id), '[]')"""


def _content(of: Shape) -> str:
    return f"jsonb_build_object('tasks', {_as_json('tasks')}, {', '.join(map(_part, _parts(of)))}, {_FILES})"


_FINISHED = ", ".join(f"'{status}'" for status in (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED))
_TURN = f"""EXISTS (SELECT 1 FROM step_runs AS turn WHERE turn.workspace_id = tasks.workspace_id
    AND turn.run_id = tasks.run_id AND turn.state = '{StepRunState.RUNNING}' AND turn.{{whose}} IS NOT NULL)"""
# Finished, or queued and never touched. A rerun that waits is neither: somebody asked for it.
REFUSED = f"""CASE
    WHEN {_TURN.format(whose="holder_id")} THEN 'in_hand'
    WHEN {_TURN.format(whose="worker")} THEN 'model_at_work'
    WHEN tasks.status IN ({_FINISHED}) THEN NULL
    WHEN tasks.status = '{TaskStatus.QUEUED}' AND tasks.run_count <= 1 AND tasks.last_submitted_at IS NULL THEN NULL
    ELSE 'in_flight' END"""
FINISHED = f"tasks.status IN ({_FINISHED})"

_HERE = "FROM tasks WHERE tasks.workspace_id = %(workspace_id)s AND tasks.id = ANY(%(ids)s)"
_SHA256 = "encode(sha256(convert_to(content, 'UTF8')), 'hex') AS sha256"


def _read(of: Shape) -> str:
    # Materialized, or the whole content would be worked out once for each place that names it.
    return f"""
    WITH whole AS MATERIALIZED (SELECT tasks.id, {REFUSED} AS refused, {_content(of)} AS content {_HERE}),
    told AS MATERIALIZED (
        SELECT id, refused, content::text AS content, jsonb_array_length(content -> 'runs') AS runs,
               jsonb_array_length(content -> 'answers') AS answers, jsonb_array_length(content -> 'files') AS files
        FROM whole)
    SELECT id, refused, content, {_SHA256}, runs, answers, files FROM told ORDER BY id
"""


def _hash(of: Shape) -> str:
    return f"""
    WITH whole AS MATERIALIZED (SELECT tasks.id, {_content(of)}::text AS content {_HERE})
    SELECT id, {_SHA256} FROM whole
"""


# The list stands in a sub-select: of one that it sees to be long PostgreSQL, whose figures are old after a big upload,
# thinks that reading every row of the workspace costs less, and does so for each portion.
LISTED = "ANY(ARRAY(SELECT unnest(CAST(%(ids)s AS uuid[]))))"
_OF_TASKS = f"workspace_id = %(workspace_id)s AND task_id = {LISTED}"
_TURNS = f"""workspace_id = %(workspace_id)s AND run_id = ANY(ARRAY(SELECT id FROM runs WHERE {_OF_TASKS}))"""
_LOCKS = (
    f"SELECT 1 FROM reservations WHERE {_OF_TASKS} ORDER BY id FOR UPDATE",
    f"SELECT 1 FROM step_runs WHERE {_TURNS} ORDER BY id FOR UPDATE",
    f"SELECT 1 FROM runs WHERE {_OF_TASKS} ORDER BY id FOR UPDATE",
    "SELECT 1 FROM tasks WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) ORDER BY id FOR UPDATE",
)
_DELETES = (
    f"""DELETE FROM step_skips WHERE workspace_id = %(workspace_id)s
        AND step_run_id = ANY(ARRAY(SELECT id FROM step_runs WHERE {_TURNS}))""",
    f"DELETE FROM reservations WHERE {_OF_TASKS}",
    f"DELETE FROM audits WHERE {_OF_TASKS}",
    f"DELETE FROM answers WHERE {_OF_TASKS}",
    f"DELETE FROM step_runs WHERE {_TURNS}",
    f"DELETE FROM runs WHERE {_OF_TASKS}",
    f"DELETE FROM task_inputs WHERE {_OF_TASKS}",
    f"DELETE FROM task_prefills WHERE {_OF_TASKS}",
    "DELETE FROM tasks WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)",
    # Behind the tasks, as with a deletion: whoever puts them there holds the task meanwhile.
    f"DELETE FROM task_texts WHERE {_OF_TASKS}",
    f"DELETE FROM task_values WHERE {_OF_TASKS}",
)
