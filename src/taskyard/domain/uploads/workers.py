"""Where a worker comes in: one chore per upload, safe to enter again however it ended the last time."""

from __future__ import annotations

from uuid import UUID

from taskyard.domain.uploads import actions, attempts
from taskyard.domain.uploads.intake import Intake
from taskyard.domain.uploads.members import Desk
from taskyard.domain.uploads.rules import ATTEMPTS_MAX
from taskyard.gateways.objects import ObjectStore
from taskyard.gateways.pictures import Pictures
from taskyard.jobs import Chore
from taskyard.kit.db.engine import Database
from taskyard.kit.settings import Settings


def chores(database: Database, settings: Settings, objects: ObjectStore, pictures: Pictures) -> list[Chore]:
    """Return the background work of this house, for the worker that has these at hand."""

    async def take_in(*, workspace_id: str, upload_id: str) -> None:
        async with database.transaction(UUID(workspace_id)) as session:
            begun = await attempts.begin(session, UUID(workspace_id), UUID(upload_id))
        if begun is not None:
            await Intake(Desk(database, objects, pictures, settings.file_bytes_max), settings, begun).run()

    # The upload counts its own attempts and ends in words; the queue has to go on for longer than that.
    return [Chore(actions.TAKE_IN, take_in, attempts_max=2 * ATTEMPTS_MAX)]
