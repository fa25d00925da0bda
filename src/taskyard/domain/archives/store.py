"""Every query about the records of archives, and the pages of what became of their tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.archives.problems import NoSuchArchive
from taskyard.domain.archives.rules import ItemOutcome
from taskyard.domain.archives.tables import Archive, ArchiveItem
from taskyard.kit.db.direct import fetch


class Whereabouts(NamedTuple):
    """Where a task is that is no longer in the list."""

    archive_id: UUID
    name: str
    at: datetime


async def get(session: AsyncSession, workspace_id: UUID, archive_id: UUID) -> Archive:
    """Return an archive, or NoSuchArchive."""
    found: Archive | None = await session.scalar(
        select(Archive).where(Archive.workspace_id == workspace_id, Archive.id == archive_id)
    )
    if found is None:
        raise NoSuchArchive(archive_id=archive_id)
    return found


async def lock(session: AsyncSession, workspace_id: UUID, archive_id: UUID) -> Archive | None:
    """Return an archive to be changed, or None when it was deleted."""
    found: Archive | None = await session.scalar(
        select(Archive)
        .where(Archive.workspace_id == workspace_id, Archive.id == archive_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def listed(session: AsyncSession, workspace_id: UUID, limit: int, before: UUID | None) -> list[Archive]:
    """Return archives, newest first."""
    asked = select(Archive).where(Archive.workspace_id == workspace_id).order_by(Archive.id.desc()).limit(limit)
    return list(await session.scalars(asked if before is None else asked.where(Archive.id < before)))


async def count(session: AsyncSession, workspace_id: UUID) -> int:
    """Count the archives."""
    asked = select(func.count()).select_from(Archive).where(Archive.workspace_id == workspace_id)
    return int(await session.scalar(asked) or 0)


async def in_state(session: AsyncSession, workspace_id: UUID, state: str) -> list[Archive]:
    """Return the archives in a state."""
    return list(
        await session.scalars(select(Archive).where(Archive.workspace_id == workspace_id, Archive.state == state))
    )


async def items(
    session: AsyncSession, workspace_id: UUID, archive_id: UUID, outcome: ItemOutcome | None, limit: int, after: int
) -> list[ArchiveItem]:
    """Return what became of the tasks, in the order of the file."""
    asked = _items_of(workspace_id, archive_id, outcome).where(ArchiveItem.number > after)
    return list(await session.scalars(asked.order_by(ArchiveItem.number).limit(limit)))


async def count_items(session: AsyncSession, workspace_id: UUID, archive_id: UUID, outcome: ItemOutcome | None) -> int:
    """Count them."""
    asked = select(func.count()).select_from(_items_of(workspace_id, archive_id, outcome).subquery())
    return int(await session.scalar(asked) or 0)


async def whereabouts(session: AsyncSession, workspace_id: UUID, task_id: UUID) -> Whereabouts | None:
    """Return which archive a task is in, or None."""
    rows = await fetch(session, _WHEREABOUTS, {"workspace_id": workspace_id, "task_id": task_id})
    return Whereabouts(*rows[0]) if rows else None


async def tell_done(session: AsyncSession, archive: Archive, done: int) -> bool:
    """Note how far an attempt is. False: the archive is no longer its own."""
    told = await session.execute(
        update(Archive)
        .where(
            Archive.workspace_id == archive.workspace_id,
            Archive.id == archive.id,
            Archive.attempt == archive.attempt,
            Archive.state == archive.state,
        )
        .values(done=done)
        .returning(Archive.id)
    )
    return told.first() is not None


async def remove(session: AsyncSession, archive: Archive) -> None:
    """Delete the record."""
    await session.execute(delete(Archive).where(Archive.workspace_id == archive.workspace_id, Archive.id == archive.id))


def _items_of(workspace_id: UUID, archive_id: UUID, outcome: ItemOutcome | None) -> Any:
    asked = select(ArchiveItem).where(ArchiveItem.workspace_id == workspace_id, ArchiveItem.archive_id == archive_id)
    return asked if outcome is None else asked.where(ArchiveItem.outcome == outcome)


_WHEREABOUTS = """
    SELECT archives.id, archives.name, coalesce(archives.ended_at, archives.created_at) AS at
    FROM archive_items JOIN archives
        ON archives.workspace_id = %(workspace_id)s AND archives.id = archive_items.archive_id
    WHERE archive_items.workspace_id = %(workspace_id)s AND archive_items.task_id = %(task_id)s
      AND archive_items.outcome = 'archived'
"""
