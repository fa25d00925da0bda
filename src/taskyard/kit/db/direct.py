"""Statements straight to the driver, for what is asked hundreds of times a second: a fifth of what the mapper takes.

They run in the session's own transaction, beside whatever the mapper does there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
from psycopg.pq import ExecStatus
from psycopg.rows import namedtuple_row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

_DRIVER = "direct.driver"
_LAST = "direct.last"

Row = Any
Values = Mapping[str, Any]


async def begin(
    session: AsyncSession,
    entering: Mapping[str, UUID],
    sql: str | None = None,
    values: Values | None = None,
    *,
    begin: str = "BEGIN",
) -> list[Row]:
    """Open the transaction, with the ids that row-level security compares with, and a first statement, in one trip.

    Returns the rows of that statement. Called by the transaction's edge, by nobody else.
    """
    named = [f"SELECT set_config('{name}', '{UUID(str(value))}', true)" for name, value in entering.items()]
    driver = await _driver(session)
    first = [] if sql is None else [_bound(driver, sql, values)]
    return await _at_once(session, driver, [begin, *named, *first])


async def fetch(session: AsyncSession, sql: str, values: Values | None = None) -> list[Row]:
    """Run one statement, its values named as %(name)s, and return its rows. Fails as one of the mapper's would."""
    driver = await _driver(session)
    try:
        cursor = await driver.cursor(row_factory=namedtuple_row).execute(sql, values)
        return await cursor.fetchall() if _has_rows(cursor) else []
    except psycopg.Error as error:
        raise await _as_the_mapper_says_it(session, driver, sql, error) from error


def with_commit(session: AsyncSession, sql: str, values: Values) -> None:
    """Have a statement sent just before the commit. Nothing in the transaction sees what it does."""
    session.info.setdefault(_LAST, []).append((sql, values))


async def commit(session: AsyncSession) -> None:
    """Send what was kept for the commit, and the commit behind it, in one trip.

    Called by the transaction's edge, by nobody else.
    """
    driver = await _driver(session)
    last = [_bound(driver, sql, values) for sql, values in session.info.pop(_LAST, [])]
    await _at_once(session, driver, [*last, "COMMIT"])


def _bound(driver: psycopg.AsyncConnection[Any], sql: str, values: Values | None) -> str:
    """Return a statement with its values written out by the driver: a text of several statements takes none beside."""
    return psycopg.AsyncClientCursor(driver).mogrify(sql, values)


async def _at_once(session: AsyncSession, driver: psycopg.AsyncConnection[Any], statements: list[str]) -> list[Row]:
    """Run statements as one text, which ends at the first that fails; return the rows of the last."""
    try:
        cursor = await driver.cursor(row_factory=namedtuple_row).execute("; ".join(statements).encode(), prepare=False)
        while cursor.nextset():
            pass
        return await cursor.fetchall() if _has_rows(cursor) else []
    except psycopg.Error as error:
        raise await _as_the_mapper_says_it(session, driver, statements[-1], error) from error


def _has_rows(cursor: psycopg.AsyncCursor[Row]) -> bool:
    return cursor.pgresult is not None and cursor.pgresult.status == ExecStatus.TUPLES_OK


async def _driver(session: AsyncSession) -> psycopg.AsyncConnection[Any]:
    driver: psycopg.AsyncConnection[Any] | None = session.info.get(_DRIVER)
    if driver is None:
        driver = session.info[_DRIVER] = await session.run_sync(_driver_of)
    return driver


def _driver_of(session: Session) -> psycopg.AsyncConnection[Any]:
    found: psycopg.AsyncConnection[Any] | None = session.connection().connection.driver_connection
    assert found is not None  # noqa: S101 - a connection in use has a driver's behind it
    return found


async def _as_the_mapper_says_it(
    session: AsyncSession, driver: psycopg.AsyncConnection[Any], sql: str, error: psycopg.Error
) -> DBAPIError:
    is_lost = driver.closed
    if is_lost:
        await session.invalidate()
    said = DBAPIError.instance(sql, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=is_lost)
    assert isinstance(said, DBAPIError)  # noqa: S101 - so says psycopg.Error
    return said
