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


async def begin(session: AsyncSession, entering: Mapping[str, UUID]) -> None:
    """Open the transaction, with the ids that row-level security compares with, in one trip.

    Called by the transaction's edge, by nobody else.
    """
    # Several statements in one text can take no values beside it: a name of ours and an id are safe to write out.
    named = [f"SELECT set_config('{name}', '{UUID(str(value))}', true)" for name, value in entering.items()]
    driver = await _driver(session)
    try:
        await driver.execute("; ".join(["BEGIN", *named]).encode(), prepare=False)
    except psycopg.Error as error:
        raise await _as_the_mapper_says_it(session, driver, "BEGIN", error) from error


async def fetch(session: AsyncSession, sql: str, values: Values | None = None) -> list[Row]:
    """Run one statement, its values named as %(name)s, and return its rows. Fails as one of the mapper's would."""
    driver = await _driver(session)
    try:
        cursor = await driver.cursor(row_factory=namedtuple_row).execute(sql, values)
        has_rows = cursor.pgresult is not None and cursor.pgresult.status == ExecStatus.TUPLES_OK
        return await cursor.fetchall() if has_rows else []
    except psycopg.Error as error:
        raise await _as_the_mapper_says_it(session, driver, sql, error) from error


def with_commit(session: AsyncSession, sql: str, values: Values) -> None:
    """Have a statement sent just before the commit. Nothing in the transaction sees what it does."""
    session.info.setdefault(_LAST, []).append((sql, values))


async def commit(session: AsyncSession) -> None:
    """Send what was kept for the commit, and commit.

    Called by the transaction's edge, by nobody else.
    """
    for sql, values in _as_one(session.info.pop(_LAST, [])):
        await fetch(session, sql, values)
    driver = await _driver(session)
    try:
        await driver.commit()
    except psycopg.Error as error:
        raise await _as_the_mapper_says_it(session, driver, "COMMIT", error) from error


def _as_one(waiting: list[tuple[str, Values]]) -> list[tuple[str, Values]]:
    """Return statements that see nothing of each other as one, when no two of them name different values alike."""
    values = {name: value for _, given in waiting for name, value in given.items()}
    if len(waiting) <= 1 or len(values) < sum(len(given) for _, given in waiting):
        return waiting
    parts = ", ".join(f"last_{number} AS ({sql})" for number, (sql, _) in enumerate(waiting))
    return [(f"WITH {parts} SELECT", values)]


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
