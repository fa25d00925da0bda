"""The transaction's edge: whatever goes wrong at its end does not hide what went wrong before."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from taskyard.kit.db.engine import Database
from taskyard.kit.ending import is_ending
from tests.builders import Yard


class Interrupted(Exception):  # noqa: N818 - a test's own
    """What a transaction was left with."""


async def test_a_transaction_whose_connection_is_gone_ends_with_what_it_was_left_with(yard: Yard) -> None:
    database = yard.desk.database
    for workspace_id in (yard.workspace_id, None):
        with pytest.raises(Interrupted):
            await _lose_the_connection(database, workspace_id)
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        async with database.transaction(workspace_id) as session:
            assert (await session.execute(text("SELECT 1"))).scalar_one() == 1


async def _lose_the_connection(database: Database, workspace_id: UUID | None) -> None:
    async with database.transaction(workspace_id) as session:
        connection = await (await session.connection()).get_raw_connection()
        assert connection.driver_connection is not None
        await connection.driver_connection.close()
        raise Interrupted


async def test_a_loop_that_lives_on_errors_ends_when_it_was_told_to() -> None:
    rounds = 0

    async def stubborn() -> None:
        nonlocal rounds
        while not is_ending():
            rounds += 1
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue  # as a driver may do that answers with an error of its own

    loop = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    assert not loop.done()
    loop.cancel()
    await asyncio.wait_for(loop, 5)
    assert rounds == 1
