"""From the file into the tables, as sets: COPY into a staging table, then what is good goes on into four tables.

COPY itself refuses tables under row-level security, and rows that are there already are no error. Everything here
happens in the one transaction that makes all rows visible at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import psycopg
from psycopg.errors import UniqueViolation
from sqlalchemy import TextClause, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain import files
from taskyard.domain.files import File, NoSuchFiles
from taskyard.domain.runs import RUN, RunState
from taskyard.domain.tasks import TASK, TaskStatus
from taskyard.domain.uploads.beside import COLUMNS as COLUMNS_BESIDE
from taskyard.domain.uploads.beside import TABLE as TABLE_BESIDE
from taskyard.domain.uploads.beside import Beside
from taskyard.domain.uploads.flow_checker import FlowChecker
from taskyard.domain.uploads.opening import Opening
from taskyard.domain.uploads.portions import COLUMNS, COPY_BEGIN, COPY_END, Handle, Portion
from taskyard.domain.uploads.row_errors import RowError, error_of
from taskyard.domain.uploads.tables import Upload
from taskyard.kit.problems import Flaw

COPY_BYTES = 1_000_000


class Staging:
    """The rows of one upload inside one transaction."""

    def __init__(
        self, session: AsyncSession, connection: psycopg.AsyncConnection[Any], upload: Upload, its: Beside
    ) -> None:
        self._beside = its
        self._session = session
        self._connection = connection
        self._upload = upload
        self._has_external_ids = False
        self._has_known: bool | None = None
        self._has_files = False
        self.created = 0
        self.unchanged = 0
        self.differing = 0

    @classmethod
    async def open(
        cls, session: AsyncSession, upload: Upload, checker: FlowChecker, seconds_max: float, *, may_reserve: bool
    ) -> Staging:
        """Prepare a transaction for many rows: it may take as long as background work may."""
        limit = {"limit": str(int(seconds_max * 1000))}
        await session.execute(_EASE, limit)
        for statement in _OPEN:
            await session.execute(text(statement))
        raw = await (await session.connection()).get_raw_connection()
        connection = raw.driver_connection
        assert isinstance(connection, psycopg.AsyncConnection)  # noqa: S101 - the driver of every engine here
        return cls(session, connection, upload, Beside(session, upload, checker, may_reserve=may_reserve))

    async def copy(self, portion: Portion) -> None:
        """Stage a portion in place of the one before."""
        await self._session.execute(_EMPTY)
        async with self._connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            piece = [COPY_BEGIN]
            size = 0
            for row in portion.encoded:
                piece.append(row)
                size += len(row)
                if size > COPY_BYTES:
                    await copy.write(b"".join(piece))
                    piece, size = [], 0
            await copy.write(b"".join([*piece, COPY_END]))

    async def sift(self, portion: Portion) -> list[RowError]:
        """Take out of a staged portion what only the other rows or the database can show to be wrong, and return it."""
        errors: list[RowError] = []
        if portion.has_external_ids:
            self._has_external_ids = True
            errors += await self._without_repeated()
        found: Sequence[File] = ()
        if portion.handles:
            found, unknown = await self._without_unknown_files(portion.handles)
            errors += unknown
        wrong = await self._beside.sift(portion, found)
        await self._take_out(wrong)
        errors += wrong
        # Objects of files are not kept from portion to portion.
        if portion.handles:
            self._session.expunge_all()
        return errors

    async def keep(self) -> None:
        """Put the staged rows aside until all have been seen."""
        await self._session.execute(_KEEP)

    async def move_kept(self, openings: list[Opening]) -> None:
        """Make tasks of all rows that were put aside."""
        await self._session.execute(_EMPTY)
        await self._session.execute(_RESTORE)
        await self.move(openings)

    async def move(self, openings: list[Opening]) -> None:
        """Make tasks of the staged rows, each with its input, its run and its step runs, as `runs.admit` makes them.

        A row whose external id the project has already makes none.
        """
        upload = self._upload
        scope = {"workspace_id": upload.workspace_id}
        about = {**scope, "project_id": upload.project_id, "created_by": upload.created_by}
        await self._beside.place(openings)
        steps = [{"opening": number, "steps": opening.steps} for number, opening in enumerate(openings)]
        self.created += await self._make_tasks({**about, "steps": orjson.dumps(steps).decode(), "upload_id": upload.id})
        if self._has_files:
            await self._use_files()
        await self._beside.move()
        await self._session.execute(_INPUTS, scope)
        await self._session.execute(_RUNS, {**about, "flow_version": upload.flow_version})
        turns = [
            {"opening": number, "place": place, **turn._asdict()}
            for number, opening in enumerate(openings)
            for place, turn in enumerate(opening.turns, start=1)
        ]
        await self._session.execute(
            _STEP_RUNS, {**scope, "project_id": upload.project_id, "turns": orjson.dumps(turns).decode()}
        )

    async def wake_models(self) -> None:
        """Tell idle workers, once this is committed, that there is something for models to do."""
        await self._session.execute(_WAKE)

    async def _make_tasks(self, values: dict[str, Any]) -> int:
        """Make a task of each staged row whose external id the project has not yet; return how many.

        Those it has are counted and taken out. Looking for them makes every row dearer, so it is done only when there
        are some.
        """
        if self._has_external_ids and self._has_known is None:
            self._has_known = (await self._session.execute(_HAS_KNOWN, values)).first() is not None
        if not self._has_external_ids or not self._has_known:
            try:
                async with self._session.begin_nested():
                    return await self._run(_TASKS, values)
            except IntegrityError as error:
                if not isinstance(error.orig, UniqueViolation):
                    raise
                # Somebody has just made a task with one of these ids.
                self._has_known = True
        await self._without_known(values)
        made = await self._run(_TASKS_WITH_IDS, values)
        if made < (await self._session.execute(_COUNT)).scalar_one():
            # Somebody has made a task with one of these ids since, and may have deleted it by now.
            await self._without_known(values)
            self.unchanged += await self._run(_WITHOUT_TASK, values)
        return made

    async def _without_known(self, values: dict[str, Any]) -> None:
        """Take out and count rows whose external id is that of another task."""
        await self._session.execute(_BY_KEY, {"whole": "off"})
        found = (await self._session.execute(_TAKE_KNOWN, values)).one()
        await self._session.execute(_BY_KEY, {"whole": "on"})
        self.unchanged += found.known
        self.differing += found.differing

    async def _run(self, statement: TextClause, values: dict[str, Any]) -> int:
        done = await self._session.execute(statement, values)
        return int(done.rowcount)  # type: ignore[attr-defined]

    async def _use_files(self) -> None:
        """Have the tasks that were made hold on to their files, some thousand at a time."""
        while named := (await self._session.execute(_TAKE_NAMED)).all():
            # A row that made no task, because it was bad or there before, uses nothing.
            pairs = [(task_id, file_id) for task_id, file_id in named if task_id is not None]
            await files.use(self._session, self._upload.workspace_id, pairs)

    async def _take_out(self, errors: Sequence[RowError]) -> None:
        if errors:
            await self._session.execute(_WITHOUT, {"numbers": sorted({error.row for error in errors})})

    async def _without_repeated(self) -> list[RowError]:
        """Take out rows whose external id an earlier row of the file has."""
        noted = (await self._session.execute(_NOTE)).one()
        if noted.noted == noted.staged:
            return []
        mend = "Give each row its own, or remove one of the two."
        return [
            error_of(
                row.number,
                Flaw("external_id", f"is the same as in row {row.first:,}", mend, value=row.external_id),
            )
            for row in await self._session.execute(_REPEATED)
        ]

    async def _without_unknown_files(self, handles: list[Handle]) -> tuple[Sequence[File], list[RowError]]:
        """Take out rows that name a file which is not there or not of the right sort; give the others their picture."""
        # The place of each is its number here, so that every flaw finds its row.
        named = [(str(number), handle.handle, handle.kind) for number, handle in enumerate(handles)]
        errors: list[RowError] = []
        try:
            found = await files.require_all(self._session, self._upload.workspace_id, named)
        except NoSuchFiles as problem:
            for flaw in problem.flaws:
                at = handles[int(flaw.place)]
                errors.append(error_of(at.row, Flaw(at.place, flaw.says, flaw.mend, value=at.handle[:200])))
            await self._take_out(errors)
            found = await files.find_all(self._session, self._upload.workspace_id, [at.handle for at in handles])
        known = {str(file.id): file.id for file in found}
        pictures = {str(file.id): file.id for file in found if file.width is not None}
        shown = [(at.row, known[at.handle]) for at in handles if at.handle in known]
        first = {at.row: pictures[at.handle] for at in reversed(handles) if at.handle in pictures}
        if shown:
            self._has_files = True
            numbers, ids = zip(*shown, strict=True)
            await self._session.execute(_NAME, {"numbers": list(numbers), "files": list(ids)})
        if first:
            await self._session.execute(_PICTURES, {"numbers": list(first), "pictures": list(first.values())})
        return found, errors


_columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
_COPY = f"COPY staged ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_OPEN = (
    f"CREATE TEMP TABLE staged ({_columns}, picture_id uuid, {COLUMNS_BESIDE}) ON COMMIT DROP",
    "CREATE TEMP TABLE kept (LIKE staged) ON COMMIT DROP",
    # Which rows bring which answers along.
    TABLE_BESIDE,
    # Which rows name which files.
    "CREATE TEMP TABLE named (number bigint, file_id uuid) ON COMMIT DROP",
    # Which row was the first to have an external id.
    'CREATE TEMP TABLE noted (external_id text COLLATE "C" PRIMARY KEY, number bigint) ON COMMIT DROP',
)
_EASE = text("""
    SELECT set_config('statement_timeout', :limit, true),
           set_config('idle_in_transaction_session_timeout', :limit, true)
""")
_WAKE = text("SELECT pg_notify('taskyard_work', '')")
_EMPTY = text("TRUNCATE staged")
_KEEP = text("INSERT INTO kept SELECT * FROM staged")
_RESTORE = text("INSERT INTO staged SELECT * FROM kept")
_COUNT = text("SELECT count(*) FROM staged")
_NOTE = text("""
    WITH noted AS (
        INSERT INTO noted (external_id, number)
        SELECT external_id, number FROM staged WHERE external_id IS NOT NULL
        ON CONFLICT DO NOTHING RETURNING 1)
    SELECT (SELECT count(*) FROM noted) AS noted, (SELECT count(external_id) FROM staged) AS staged
""")
_REPEATED = text("""
    DELETE FROM staged USING noted
    WHERE noted.external_id = staged.external_id AND noted.number <> staged.number
    RETURNING staged.number, staged.external_id, noted.number AS first
""")
_NAME = text("INSERT INTO named SELECT * FROM unnest(CAST(:numbers AS bigint[]), CAST(:files AS uuid[]))")
_TAKE_NAMED = text("""
    WITH taken AS (
        DELETE FROM named WHERE ctid = ANY(ARRAY(SELECT ctid FROM named LIMIT 10000)) RETURNING number, file_id)
    SELECT staged.task_id, taken.file_id FROM taken LEFT JOIN staged ON staged.number = taken.number
""")
_WITHOUT = text("DELETE FROM staged WHERE number = ANY(:numbers)")
_PICTURES = text("""
    UPDATE staged SET picture_id = seen.picture_id
    FROM unnest(CAST(:numbers AS bigint[]), CAST(:pictures AS uuid[])) AS seen(number, picture_id)
    WHERE seen.number = staged.number
""")
_INSERT_TASKS = f"""
    INSERT INTO tasks (workspace_id, id, project_id, external_id, status, steps, priority, batch, preview, picture_id,
        run_id, run_count, redo_count, upload_id, created_by, callback_url, completed_at,
        reserved_for)
    SELECT :workspace_id, task_id, :project_id, external_id,
        CASE WHEN output IS NOT NULL THEN '{TaskStatus.COMPLETED}'
             WHEN error IS NOT NULL THEN '{TaskStatus.FAILED}' ELSE '{TASK.start}' END,
        stands.steps, priority, batch, preview, picture_id, run_id, 1, 0, :upload_id, :created_by, callback_url,
        CASE WHEN output IS NOT NULL OR error IS NOT NULL THEN now() END,
        CASE WHEN kept_at IS NULL AND output IS NULL AND error IS NULL THEN reserved_for END
    FROM staged JOIN jsonb_to_recordset(CAST(:steps AS jsonb)) AS stands(opening integer, steps text[])
        ON stands.opening = staged.opening
"""  # noqa: S608 - names of states
_TASKS = text(_INSERT_TASKS)
_HAS_KNOWN = text("""
    SELECT 1 FROM tasks
    WHERE workspace_id = :workspace_id AND project_id = :project_id AND external_id IS NOT NULL
    ORDER BY external_id LIMIT 1
""")
_TASKS_WITH_IDS = text(
    f"{_INSERT_TASKS} ON CONFLICT (workspace_id, project_id, external_id) WHERE external_id IS NOT NULL DO NOTHING"
)
# Each is looked up in the index of external ids. Left to itself the planner, which counts the rows from before the
# upload, takes any index of the project and reads all its tasks for each of them; only this one has the ids in order.
# It has the collation of `tasks`, and can be used with no other.
_BY_KEY = text("""
    SELECT set_config('enable_seqscan', :whole, true), set_config('enable_sort', :whole, true),
           set_config('jit', 'off', true)
""")
# By ctid: to delete by a join the planner would have to guess how many rows a table has that was filled just now.
_TAKE_KNOWN = text("""
    WITH known AS MATERIALIZED (
        SELECT staged.ctid AS at, before.input <> staged.input AS differs
        FROM staged CROSS JOIN LATERAL (
            SELECT tasks.id FROM tasks
            WHERE tasks.workspace_id = :workspace_id AND tasks.project_id = :project_id
                AND tasks.external_id = ANY(ARRAY[staged.external_id COLLATE "default"])
            ORDER BY tasks.external_id LIMIT 1) AS found
        CROSS JOIN LATERAL (
            SELECT task_inputs.input FROM task_inputs
            WHERE task_inputs.workspace_id = :workspace_id AND task_inputs.task_id = found.id OFFSET 0) AS before
        WHERE found.id <> staged.task_id),
    gone AS (DELETE FROM staged WHERE ctid = ANY(ARRAY(SELECT at FROM known)))
    SELECT count(*) AS known, count(*) FILTER (WHERE differs) AS differing FROM known
""")
_WITHOUT_TASK = text("""
    DELETE FROM staged WHERE NOT EXISTS (
        SELECT 1 FROM tasks WHERE tasks.workspace_id = :workspace_id AND tasks.id = staged.task_id)
""")
_INPUTS = text("""
    INSERT INTO task_inputs (workspace_id, task_id, input, metadata)
    SELECT :workspace_id, task_id, input, coalesce(metadata, '{}') FROM staged
""")
_RUNS = text(f"""
    INSERT INTO runs (workspace_id, id, task_id, project_id, number, flow_version, state, reason, settings, output,
        error, created_by, started_at, ended_at)
    SELECT :workspace_id, run_id, task_id, :project_id, 1, :flow_version,
        CASE WHEN output IS NOT NULL THEN '{RunState.COMPLETED}'
             WHEN error IS NOT NULL THEN '{RunState.FAILED}' ELSE '{RUN.start}' END,
        error ->> 'says', '{{}}', output, error, :created_by,
        CASE WHEN output IS NOT NULL OR error IS NOT NULL THEN now() END,
        CASE WHEN output IS NOT NULL OR error IS NOT NULL THEN now() END
    FROM staged
""")  # noqa: S608 - names of states
_STEP_RUNS = text("""
    INSERT INTO step_runs (workspace_id, id, run_id, task_id, project_id, step, performer, replica, state, priority,
        roles, hold_seconds, attempt, token, reason, reserved_for)
    SELECT :workspace_id, staged.turn_ids[turn.place], staged.run_id, staged.task_id, :project_id, turn.step,
        turn.performer, 1, turn.state, staged.priority, turn.roles, turn.hold_seconds, 0, 0, turn.reason,
        CASE WHEN turn.place = staged.kept_at THEN staged.reserved_for END
    FROM staged JOIN jsonb_to_recordset(CAST(:turns AS jsonb)) AS turn(opening integer, place integer, step text,
        performer text, roles text[], hold_seconds integer, state text, reason text) ON turn.opening = staged.opening
""")
