"""Statements straight to the driver, for what is asked hundreds of times a second: several in one round trip.

They run in the session's own transaction, beside whatever the mapper does there. What they cost is a fifth of a
mapped statement, and a statement that travels with others costs half of one that travels alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg
from psycopg.pq import ExecStatus
from psycopg.rows import namedtuple_row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

_LAST = "direct.last"
_DRIVER = "direct.driver"
_NOTHING: Mapping[str, Any] = {}

Row = Any
Rows = list[Row]


class Ask(NamedTuple):
    """One statement, its values named as %(name)s."""

    sql: str
    values: Mapping[str, Any] = _NOTHING


BEGIN, COMMIT = Ask("BEGIN"), Ask("COMMIT")


async def together(session: AsyncSession, *asked: Ask) -> list[Rows]:
    """Run statements in their order and return the rows of each. Each sees what those before it did, and what others
    had committed when its turn came: a read behind a lock is a read after the lock.
    """  # noqa: D205 - the promise is one sentence more
    driver = session.info.get(_DRIVER)
    try:
        if driver is None:
            driver = session.info[_DRIVER] = await session.run_sync(_driver_of)
        if len(asked) == 1:
            return [await _rows(await driver.cursor(row_factory=namedtuple_row).execute(*asked[0]))]
        async with driver.pipeline():
            cursors = [await driver.cursor(row_factory=namedtuple_row).execute(*one) for one in asked]
        return [await _rows(cursor) for cursor in cursors]
    except psycopg.Error as error:
        raise await _as_the_mapper_says_it(session, driver, asked[0].sql, error) from error


def with_commit(session: AsyncSession, *asked: Ask) -> None:
    """Have statements sent with the commit, in one round trip with it. Nothing in the transaction sees what they do."""
    session.info.setdefault(_LAST, []).extend(asked)


async def send_last(session: AsyncSession) -> bool:
    """Send what was kept for the commit, and the commit behind it; say whether there was anything.

    Called by the transaction's edge, by nobody else.
    """
    waiting: list[Ask] = session.info.pop(_LAST, [])
    if waiting:
        await together(session, *_as_one(waiting), COMMIT)
    return bool(waiting)


def _as_one(waiting: list[Ask]) -> list[Ask]:
    """Return statements that see nothing of each other as one, when no two of them name different values alike."""
    values = {name: value for one in waiting for name, value in one.values.items()}
    if len(waiting) == 1 or len(values) < sum(len(one.values) for one in waiting):
        return waiting
    parts = ", ".join(f"last_{number} AS ({one.sql})" for number, one in enumerate(waiting))
    return [Ask(f"WITH {parts} SELECT", values)]


async def _rows(cursor: psycopg.AsyncCursor[Row]) -> Rows:
    has_rows = cursor.pgresult is not None and cursor.pgresult.status == ExecStatus.TUPLES_OK
    return await cursor.fetchall() if has_rows else []


def _driver_of(session: Session) -> psycopg.AsyncConnection[Any]:
    found: psycopg.AsyncConnection[Any] | None = session.connection().connection.driver_connection
    assert found is not None  # noqa: S101 - a connection in use has a driver's behind it
    return found


async def _as_the_mapper_says_it(
    session: AsyncSession, driver: psycopg.AsyncConnection[Any] | None, sql: str, error: psycopg.Error
) -> BaseException:
    is_lost = driver is not None and driver.closed
    if is_lost:
        await session.invalidate()
    return DBAPIError.instance(sql, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=is_lost)
