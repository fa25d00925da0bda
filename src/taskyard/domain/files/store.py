"""Every query about files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, RowMapping, Uuid, any_, delete, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.files.problems import NoSuchFile
from taskyard.domain.files.rules import PassageKind
from taskyard.domain.files.tables import File, Passage


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


async def use(session: AsyncSession, workspace_id: UUID, task_ids: Sequence[UUID], file_ids: Sequence[UUID]) -> int:
    """Note which task uses which file, pair by pair; return how many of the pairs name a file that is there.

    Holds the files until the transaction ends: nobody deletes them in between.
    """
    values = {"workspace_id": workspace_id, "task_ids": list(task_ids), "file_ids": list(file_ids)}
    return int((await session.execute(_USE, values)).scalar_one())


async def forget(session: AsyncSession, workspace_id: UUID, task_ids: Sequence[UUID]) -> list[str]:
    """Delete the files that only these tasks used; return their hashes."""
    values = {"workspace_id": workspace_id, "task_ids": list(task_ids)}
    ids = sorted(set(await session.scalars(_FORGET_USES, values)))
    if not ids:
        return []
    # Behind the locks: whoever took one of these files for another task in the meantime has it noted now.
    await session.execute(_LOCK_FILES, {"workspace_id": workspace_id, "ids": ids})
    return list(await session.scalars(_DELETE_UNUSED, {"workspace_id": workspace_id, "ids": ids}))


async def lock_content(session: AsyncSession, workspace_id: UUID, sha256: str) -> None:
    """Let one passage of this content be decided at a time. Released when the transaction ends."""
    await session.execute(_LOCK_CONTENT, {"name": f"{workspace_id.hex}.{sha256}"})


async def passage(session: AsyncSession, workspace_id: UUID, sha256: str, kind: PassageKind) -> UUID | None:
    """Return a passage of this kind that the content has, or None."""
    found: UUID | None = await session.scalar(
        select(Passage.id).where(Passage.workspace_id == workspace_id, Passage.sha256 == sha256, Passage.kind == kind)
    )
    return found


async def is_named(session: AsyncSession, workspace_id: UUID, sha256: str) -> bool:
    """Say whether a file has this content, or it arrives, or is kept for something else. One moment in time."""
    return bool((await session.execute(_IS_NAMED, {"workspace_id": workspace_id, "sha256": sha256})).scalar_one())


async def end_passage(session: AsyncSession, workspace_id: UUID, passage_id: UUID) -> bool:
    """Forget a passage; False when it was forgotten before."""
    ended = await session.execute(
        delete(Passage).where(Passage.workspace_id == workspace_id, Passage.id == passage_id).returning(Passage.id)
    )
    return ended.first() is not None


async def end_passages(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> int:
    """Forget passages; return how many of them were still known."""
    return len((await session.execute(_END_PASSAGES, {"workspace_id": workspace_id, "ids": list(ids)})).all())


async def renew_passages(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> None:
    """Have passages look as if they had begun now."""
    await session.execute(_RENEW_PASSAGES, {"workspace_id": workspace_id, "ids": list(ids)})


async def add_many(
    session: AsyncSession, workspace_id: UUID, rows: Sequence[Mapping[str, Any]], created_by: UUID | None
) -> None:
    """Add files, and hold on to those that are there already under the same ids until the transaction ends."""
    listed = [{**row, "id": str(row["id"])} for row in rows]
    values = {"workspace_id": workspace_id, "created_by": created_by, "rows": orjson.dumps(listed).decode()}
    ids = {"workspace_id": workspace_id, "ids": [row["id"] for row in rows]}
    held = -1
    # One that is being deleted right now is there for the first statement and gone for the second.
    while held < len(rows):
        await session.execute(_ADD_MANY, values)
        held = len((await session.execute(_HOLD_MANY, ids)).all())


async def delete_unused(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> list[str]:
    """Delete those of the files that no task uses; return their hashes."""
    values = {"workspace_id": workspace_id, "ids": sorted(ids)}
    await session.execute(_LOCK_FILES, values)
    return list(await session.scalars(_DELETE_UNUSED, values))


async def keep_passage(session: AsyncSession, workspace_id: UUID, passage_id: UUID) -> bool:
    """Have what has arrived kept without a file of its own; False when it was given up before."""
    kept = await session.execute(_KEEP_PASSAGE, {"workspace_id": workspace_id, "id": passage_id})
    return kept.first() is not None


async def left_behind(session: AsyncSession) -> list[RowMapping]:
    """Return the passages that somebody has begun an hour ago and not ended. For workers, who see all workspaces."""
    return list((await session.execute(_LEFT_BEHIND)).mappings())


_USE = text("""
    WITH named AS (
        SELECT DISTINCT task_id, file_id
        FROM unnest(CAST(:task_ids AS uuid[]), CAST(:file_ids AS uuid[])) AS named(task_id, file_id)
    ), there AS (
        SELECT id FROM files WHERE workspace_id = :workspace_id AND id = ANY(CAST(:file_ids AS uuid[])) FOR KEY SHARE
    ), used AS (
        INSERT INTO file_uses (workspace_id, task_id, file_id)
        SELECT :workspace_id, named.task_id, named.file_id FROM named JOIN there ON there.id = named.file_id
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM named JOIN there ON there.id = named.file_id
""")
_FORGET_USES = text("""
    DELETE FROM file_uses WHERE workspace_id = :workspace_id AND task_id = ANY(CAST(:task_ids AS uuid[]))
    RETURNING file_id
""")
_LOCK_FILES = text("""
    SELECT 1 FROM files WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE
""")
_DELETE_UNUSED = text("""
    DELETE FROM files WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[])) AND NOT EXISTS (
        SELECT 1 FROM file_uses WHERE file_uses.workspace_id = :workspace_id AND file_uses.file_id = files.id)
    RETURNING sha256
""")
_LOCK_CONTENT = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_IS_NAMED = text("""
    SELECT EXISTS (SELECT 1 FROM files WHERE workspace_id = :workspace_id AND sha256 = :sha256)
        OR EXISTS (SELECT 1 FROM file_passages WHERE workspace_id = :workspace_id AND sha256 = :sha256
                   AND kind IN ('arriving', 'kept'))
""")
_END_PASSAGES = text("""
    DELETE FROM file_passages WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[])) RETURNING id
""")
_RENEW_PASSAGES = text("""
    UPDATE file_passages SET begun_at = now() WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))
""")
_ADD_MANY = text("""
    INSERT INTO files (workspace_id, id, sha256, bytes, media_type, name, width, height, frames, note, created_by)
    SELECT :workspace_id, id, sha256, bytes, media_type, name, width, height, frames, note,
        CAST(:created_by AS uuid)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given(id uuid, sha256 text, bytes bigint, media_type text,
        name text, width integer, height integer, frames integer, note text)
    ORDER BY id
    ON CONFLICT (workspace_id, id) DO NOTHING
""")
_HOLD_MANY = text("""
    SELECT id FROM files WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[])) ORDER BY id
    FOR KEY SHARE
""")
_KEEP_PASSAGE = text("""
    UPDATE file_passages SET kind = 'kept' WHERE workspace_id = :workspace_id AND id = :id AND kind = 'arriving'
    RETURNING id
""")
_LEFT_BEHIND = text("""
    SELECT workspace_id, id, sha256, kind FROM file_passages
    WHERE kind <> 'kept' AND begun_at < now() - interval '1 hour' ORDER BY begun_at LIMIT 500
""")
