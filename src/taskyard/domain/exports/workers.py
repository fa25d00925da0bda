"""Where a worker comes in: one chore per export, safe to enter again however it ended the last time."""

from __future__ import annotations

from uuid import UUID

from taskyard.domain.exports import actions, store
from taskyard.domain.exports.composing import Tools
from taskyard.domain.exports.making import Making
from taskyard.domain.exports.rules import ATTEMPTS_MAX
from taskyard.gateways.objects import ObjectStore
from taskyard.gateways.pictures import Pictures
from taskyard.jobs import Chore
from taskyard.kit.db.engine import Database
from taskyard.kit.settings import Settings


def chores(database: Database, settings: Settings, objects: ObjectStore, pictures: Pictures) -> list[Chore]:
    """Return the background work of this house, for the worker that has these at hand."""
    tools = Tools(database, objects, pictures, settings.job_statement_seconds_max)

    async def make(*, workspace_id: str, export_id: str) -> None:
        async with database.transaction(UUID(workspace_id)) as session:
            begun = await actions.begin(session, UUID(workspace_id), UUID(export_id))
        if begun is not None:
            await Making(tools, begun, settings.export_days).run()

    # The export counts its own attempts and ends in words; the queue has to go on for longer than that.
    return [Chore(actions.MAKE, make, attempts_max=2 * ATTEMPTS_MAX)]


async def sweep(database: Database) -> None:
    """Let the bytes of exports go whose days are over."""
    async with database.transaction() as session:
        over = await store.expired(session)
    for export in over:
        async with database.transaction(export["workspace_id"]) as session:
            await actions.expire(session, export["workspace_id"], export["id"])
