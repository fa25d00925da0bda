"""One moment of the database, read out of it row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain import projects
from taskyard.domain.exports import queries
from taskyard.domain.exports.columns import Column
from taskyard.domain.exports.queries import Query
from taskyard.domain.exports.rules import NOT_FOUND
from taskyard.domain.exports.wanted import Wanted
from taskyard.domain.projects import Flow
from taskyard.kit.db.direct import fetch
from taskyard.kit.db.engine import Database

# JSON escapes every control character, so these two never occur in a line: COPY leaves the lines as they are.
_AS_IT_IS = r"WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')"
_CELLS = "WITH (FORMAT csv)"
BATCH_BYTES = 64_000


class Moment(NamedTuple):
    """When it was read: by the clock, and as the database's snapshot, which a consumer goes on from."""

    at: datetime
    snapshot: str


class Project(NamedTuple):
    """A project that has tasks in the export, with the versions of its flow."""

    id: UUID
    name: str
    versions: tuple[int, ...]


@dataclass
class Tally:
    """What went out so far. `total` is known beforehand only where somebody asked for it."""

    total: int = 0
    answers: int = 0
    done: int = 0
    gone: int = 0
    files: int = 0
    files_total: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


class Reading:
    """The tasks of one export as they were at one moment. Lives as long as its transaction."""

    def __init__(self, session: AsyncSession, actor: Actor, wanted: Wanted, moment: Moment, tally: Tally) -> None:
        self._session = session
        self.actor = actor
        self.wanted = wanted
        self.moment = moment
        self.tally = tally

    async def lines(self) -> AsyncGenerator[list[bytes]]:
        """Yield the tasks as JSON, each with its line feed, some at a time."""
        async for batch in self._copy(queries.lines(self.actor, self.wanted), _AS_IT_IS):
            self.tally.done += len(batch)
            yield batch

    async def rows(self, columns: Sequence[Column]) -> AsyncGenerator[list[bytes]]:
        """Yield the tasks as rows of CSV, some at a time."""
        async for batch in self._copy(queries.table(self.actor, self.wanted, columns), _CELLS):
            self.tally.done += len(batch)
            yield batch

    async def files(self) -> AsyncGenerator[list[bytes]]:
        """Yield the files of the tasks as rows of CSV, some at a time."""
        async for batch in self._copy(queries.files(self.actor, self.wanted), _CELLS):
            yield batch

    async def count(self) -> None:
        """Note how many tasks and answers it will be."""
        found = queries.count(self.actor, self.wanted)
        ((self.tally.total, self.tally.answers),) = await fetch(self._session, found.sql, found.values)

    async def count_missing(self) -> None:
        """Note how many of the tasks that were named are not there."""
        if ids := set(self.wanted.tasks.ids):
            found = queries.there(self.actor, self.wanted)
            ((there,),) = await fetch(self._session, found.sql, found.values)
            if missing := len(ids) - there:
                self.tally.left_out[NOT_FOUND] = missing

    async def projects(self) -> list[Project]:
        """Return the projects that have such tasks."""
        return await self._projects(queries.projects(self.actor, self.wanted))

    async def _projects(self, found: Query) -> list[Project]:
        rows = await fetch(self._session, found.sql, found.values)
        return [Project(row.id, row.name, tuple(row.versions)) for row in rows]

    async def flows(self) -> dict[tuple[UUID, int], Flow]:
        """Return every flow that says what the tasks may have, by project and version."""
        found = {}
        for project in await self._projects(queries.declaring(self.actor, self.wanted)):
            for number in project.versions:
                version = await projects.version(self._session, self.actor.workspace_id, project.id, number)
                found[project.id, number] = version.flow
        return found

    async def gone(self) -> list[Any]:
        """Return what left since the consumer was last given something: id, project, time and how."""
        if self.wanted.since is None:
            return []
        found = queries.gone(self.actor, self.wanted)
        rows = await fetch(self._session, found.sql, found.values)
        self.tally.gone = len(rows)
        return rows

    async def _copy(self, query: Query, how: str) -> AsyncGenerator[list[bytes]]:
        # Handed on by the batch: a row alone would be passed through half a dozen generators.
        raw = await (await self._session.connection()).get_raw_connection()
        connection: psycopg.AsyncConnection[Any] = raw.driver_connection  # type: ignore[assignment]
        statement = f"COPY ({query.sql}) TO STDOUT {how}"
        batch: list[bytes] = []
        length = 0
        async with connection.cursor() as cursor, cursor.copy(statement.encode(), query.values) as copy:
            async for row in copy:
                batch.append(bytes(row))
                length += len(row)
                if length >= BATCH_BYTES:
                    yield batch
                    batch, length = [], 0
        if batch:
            yield batch


@asynccontextmanager
async def reading(
    database: Database, actor: Actor, wanted: Wanted, tally: Tally, seconds_max: float
) -> AsyncIterator[Reading]:
    """Open one moment in time. Holds a connection until the block ends."""
    async with database.snapshot(actor.workspace_id) as session:
        timeout = f"{timedelta(seconds=seconds_max) // timedelta(milliseconds=1)}ms"
        found = (await session.execute(_BEGIN, {"timeout": timeout})).one()
        yield Reading(session, actor, wanted, Moment(found.at, found.snapshot), tally)


# Rows are to come from the first one on: no plan that reads or sorts whole tables before it gives anything.
_BEGIN = text("""
    SELECT set_config('statement_timeout', :timeout, true), set_config('enable_hashjoin', 'off', true),
           set_config('enable_mergejoin', 'off', true), set_config('enable_sort', 'off', true),
           set_config('max_parallel_workers_per_gather', '0', true),
           now() AS at, CAST(pg_current_snapshot() AS text) AS snapshot
""")
