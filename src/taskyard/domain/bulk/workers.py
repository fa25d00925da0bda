"""Where a worker comes in: one chore per bulk operation, portion by portion, safe to enter again at any moment."""

from __future__ import annotations

import asyncio
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from taskyard.domain.bulk import actions, store
from taskyard.domain.bulk.problems import NoSuchBulk
from taskyard.domain.bulk.rules import BULK
from taskyard.jobs import Chore
from taskyard.kit.db.engine import Database, is_away, is_collision
from taskyard.kit.logs import log
from taskyard.kit.problems import Problem
from taskyard.kit.settings import Settings

logger = log("bulk")

# Two who lock the same tasks stand in each other's way now and then; the one that was undone begins the portion again.
TRIES_MAX = 6
SWEPT_AT_ONCE = 5_000
PAUSE_SECONDS = 0.2


def chores(database: Database, settings: Settings) -> list[Chore]:
    """Return the background work of this house, for the worker that has these at hand."""

    async def work(*, workspace_id: str, bulk_id: str) -> None:
        await do(database, settings, UUID(workspace_id), UUID(bulk_id))

    # Each portion counts its own attempts; the queue has to go on for longer than that.
    return [Chore(actions.WORK, work, attempts_max=20)]


async def sweep(database: Database, days: int) -> None:
    """Let what became of single tasks go after so many days; the operations stay. Safe beside others, and twice."""
    async with database.transaction() as session:
        old = await store.with_old_items(session, days)
    for workspace_id, bulk_id in old:
        there_is_more = True
        while there_is_more:
            async with database.transaction(workspace_id) as session:
                there_is_more = await store.remove_items(session, workspace_id, bulk_id, days, SWEPT_AT_ONCE)


async def do(database: Database, settings: Settings, workspace_id: UUID, bulk_id: UUID) -> None:
    """Do a bulk operation to its end, from wherever it stands."""
    try:
        async with database.transaction(workspace_id) as session:
            bulk = await actions.begin(session, workspace_id, bulk_id)
        goes_on = bulk is not None
        while goes_on:
            goes_on = await _portion(database, settings, workspace_id, bulk_id)
    except NoSuchBulk:  # it went with its workspace
        return


async def _portion(database: Database, settings: Settings, workspace_id: UUID, bulk_id: UUID) -> bool:
    for tries in range(1, TRIES_MAX + 1):
        try:
            async with database.transaction(workspace_id) as session:
                seconds = settings.cancel_seconds_max
                return await actions.do_portion(session, workspace_id, bulk_id, cancel_seconds=seconds)
        except NoSuchBulk:
            raise
        except (SQLAlchemyError, Problem, LookupError, TypeError, ValueError) as error:
            if is_away(error):
                raise
            if is_collision(error) and tries < TRIES_MAX:
                await asyncio.sleep(PAUSE_SECONDS * tries)
                continue
            logger.warning("bulk.portion_failed", bulk=str(bulk_id), error=type(error).__name__, exc_info=True)
            says = error.detail if isinstance(error, Problem) else "something went wrong that was written to the log"
            return await _give_up_portion(database, workspace_id, bulk_id, says)
    return True


async def _give_up_portion(database: Database, workspace_id: UUID, bulk_id: UUID, says: str) -> bool:
    async with database.transaction(workspace_id) as session:
        bulk = await store.lock(session, workspace_id, bulk_id)
        if bulk.state in BULK.sources("run"):
            await actions.fail_portion(session, bulk, says)
    return True
