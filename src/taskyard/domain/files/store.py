"""Every query about files."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.files.problems import NoSuchFile
from taskyard.domain.files.tables import File


async def file(session: AsyncSession, workspace_id: UUID, file_id: UUID) -> File:
    """Return a file, or NoSuchFile."""
    found: File | None = await session.scalar(select(File).where(File.workspace_id == workspace_id, File.id == file_id))
    if found is None:
        raise NoSuchFile(file_id=file_id)
    return found


async def files(session: AsyncSession, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, File]:
    """Return those of the files that are here, by id."""
    if not ids:
        return {}
    # One parameter, however many there are: a statement takes 65,535 at most.
    wanted = literal(list(ids), ARRAY(Uuid))
    rows = await session.scalars(select(File).where(File.workspace_id == workspace_id, File.id == any_(wanted)))
    return {row.id: row for row in rows}
