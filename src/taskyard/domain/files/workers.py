"""Where a worker comes in: bytes that no row names any more are removed, each step safe to do again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from taskyard import jobs
from taskyard.domain.files import actions, store
from taskyard.domain.files.rules import PassageKind
from taskyard.gateways.objects import ObjectStore
from taskyard.jobs import Chore
from taskyard.kit.db.engine import Database


def chores(database: Database, objects: ObjectStore) -> list[Chore]:
    """Return the background work of this house, for the worker that has these at hand."""

    async def remove(*, workspace_id: str, hashes: Sequence[str]) -> None:
        workspace = UUID(workspace_id)
        for sha256 in hashes:
            async with database.transaction(workspace) as session:
                leaving = await actions.begin_removal(session, workspace, sha256)
            if leaving is None:
                continue
            await objects.delete(workspace, sha256)
            async with database.transaction(workspace) as session:
                await store.end_passage(session, workspace, leaving)

    return [Chore(actions.REMOVE, remove)]


async def sweep(database: Database) -> None:
    """Give up what was left on its way by processes that were killed, and have its bytes looked at again."""
    async with database.transaction() as session:
        left = await store.left_behind(session)
    for passage in left:
        workspace_id = passage["workspace_id"]
        async with database.transaction(workspace_id) as session:
            if passage["kind"] == PassageKind.ARRIVING:
                await store.end_passage(session, workspace_id, passage["id"])
            await jobs.enqueue(
                session,
                actions.REMOVE,
                one_at_a_time=f"files.{workspace_id}",
                workspace_id=workspace_id,
                hashes=[passage["sha256"]],
            )
