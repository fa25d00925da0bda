"""Where a worker comes in: one chore per archive, which does what its state asks for, and may be entered again."""

from __future__ import annotations

from uuid import UUID

from taskyard.access import Actor
from taskyard.domain.archives import actions, store
from taskyard.domain.archives.packing import NoLongerOurs, Packing, Removal
from taskyard.domain.archives.rules import ATTEMPTS_MAX, ArchiveState
from taskyard.domain.archives.tables import Archive
from taskyard.domain.archives.unpacking import Erasure, Restore
from taskyard.gateways.objects import ObjectStore
from taskyard.gateways.pictures import Pictures
from taskyard.jobs import Chore
from taskyard.kit.db.engine import Database
from taskyard.kit.logs import log
from taskyard.kit.problems import Kind, Problem

# Refusals that another attempt may not meet again.
MAY_PASS = frozenset({Kind.UNAVAILABLE, Kind.OUT_OF_SPACE})

logger = log("archives")


def chores(database: Database, objects: ObjectStore, pictures: Pictures) -> list[Chore]:
    """Return the background work of this house, for the worker that has these at hand."""

    async def go_on(
        *, workspace_id: str, archive_id: str, by_id: str | None = None, by_name: str | None = None
    ) -> None:
        actor = actions.by(UUID(workspace_id), by_id, by_name)
        async with database.transaction(actor.workspace_id) as session:
            archive = await actions.begin(session, actor, UUID(archive_id))
        if archive is None:
            return
        try:
            await _work(database, objects, pictures, actor, archive)
        except NoLongerOurs:
            logger.info("archive.left", archive=archive_id, attempt=archive.attempt)
        except Problem as problem:
            if problem.kind in MAY_PASS and archive.attempt < ATTEMPTS_MAX:
                raise
            await _give_up(database, actor, archive, problem.detail)
        except Exception as error:
            logger.exception("archive.broken", archive=archive_id, attempt=archive.attempt)
            if archive.attempt < ATTEMPTS_MAX:
                raise
            await _give_up(database, actor, archive, f"It was given up: {type(error).__name__} on our side.")

    # The archive counts its own attempts and ends in words; the queue has to go on for longer than that.
    return [Chore(actions.GO_ON, go_on, attempts_max=2 * ATTEMPTS_MAX)]


async def _work(database: Database, objects: ObjectStore, pictures: Pictures, actor: Actor, archive: Archive) -> None:
    if archive.state == ArchiveState.WRITING:
        kept = await Packing(database, objects, pictures, actor, archive).write()
        if kept is not None:
            await Removal(database, actor, kept).run()
    elif archive.state == ArchiveState.REMOVING:
        await Removal(database, actor, archive).run()
    elif archive.state == ArchiveState.RESTORING:
        await Restore(database, objects, actor, archive).run()
    elif archive.state == ArchiveState.DELETING:
        await Erasure(database, archive).run()


async def _give_up(database: Database, actor: Actor, archive: Archive, reason: str) -> None:
    async with database.transaction(archive.workspace_id) as session:
        # It may be further by now than it was when this attempt began.
        now = await store.lock(session, archive.workspace_id, archive.id)
        if now is not None and now.attempt == archive.attempt and now.state in actions.MAY_GIVE_UP:
            await actions.give_up(session, actor, now, reason)
