"""Verbs about files: first the bytes are put away, with no transaction open; then a row names them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import jobs, ledger
from taskyard.access import Actor
from taskyard.domain.files import facts, store
from taskyard.domain.files.problems import ContentLeaving, FileEmpty, NoSuchFiles
from taskyard.domain.files.rules import EXTENSIONS, PassageKind, is_picture, media_type_of, safe_name
from taskyard.domain.files.tables import File, Passage
from taskyard.gateways.objects import Incoming, ObjectStore
from taskyard.gateways.objects_incoming import HEAD_BYTES
from taskyard.gateways.pictures import Pictures
from taskyard.kit.db.engine import Database
from taskyard.kit.ids import new_id

REMOVE = "files.remove"


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that are durable in the store, and that no row names yet. Without a row they count for nothing."""

    sha256: str
    bytes: int
    media_type: str
    name: str
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    note: str | None = None
    # How it came in; `keep` or `keep_content` ends that.
    passage: UUID | None = None


async def put_away(
    database: Database, objects: ObjectStore, pictures: Pictures, workspace_id: UUID, incoming: Incoming, name: str
) -> Stored:
    """Look at what has arrived, and make it durable. Call it with no transaction open: it reads, writes and decodes.

    A picture that cannot be shown, or is over the limits, is refused before anything is kept.
    """
    stored = await _looked_at(pictures, incoming.path, incoming.head, incoming.sha256, incoming.bytes, name)
    stored = await _announced(database, workspace_id, stored)
    await objects.put_path(workspace_id, incoming.path, incoming.sha256)
    return stored


async def put_away_made(
    database: Database, objects: ObjectStore, pictures: Pictures, workspace_id: UUID, content: bytes, name: str
) -> Stored:
    """Make durable what a step has made, such as a drawn picture; as strict as with what people give.

    A name without an extension gets that of its content.
    """
    sha256 = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
    extension = "" if "." in name else EXTENSIONS.get(media_type_of(content[:HEAD_BYTES]), "")
    stored = await _looked_at(pictures, content, content[:HEAD_BYTES], sha256, len(content), name + extension)
    stored = await _announced(database, workspace_id, stored)
    await objects.put_bytes(workspace_id, content)
    return stored


async def keep(session: AsyncSession, actor: Actor, stored: Stored) -> File:
    """Make a file of what was put away. Each time a new file, also of content that is here already."""
    if stored.passage is None or not await store.end_passage(session, actor.workspace_id, stored.passage):
        raise ContentLeaving
    file = File(
        workspace_id=actor.workspace_id,
        id=new_id(),
        sha256=stored.sha256,
        bytes=stored.bytes,
        media_type=stored.media_type,
        name=stored.name,
        width=stored.width,
        height=stored.height,
        frames=stored.frames,
        note=stored.note,
        created_by=actor.member_id,
    )
    session.add(file)
    await session.flush()
    await session.refresh(file, ["created_at"])
    ledger.record(session, facts.file_kept(file), by=actor)
    return file


async def keep_content(session: AsyncSession, workspace_id: UUID, stored: Stored) -> None:
    """Keep what was put away without making a file of it, as the source of an upload, until it is let go."""
    if stored.passage is None or not await store.keep_passage(session, workspace_id, stored.passage):
        raise ContentLeaving


async def keep_many(
    session: AsyncSession, workspace_id: UUID, arrived: Mapping[UUID, Stored], created_by: UUID | None
) -> None:
    """Make files of much that was put away, under ids that tell the content; one that is there already stays.

    What no task of this transaction uses goes again with `settle`.
    """
    rows = [
        {"id": file_id, "name": stored.name, "sha256": stored.sha256, "bytes": stored.bytes,
         "media_type": stored.media_type, "width": stored.width, "height": stored.height, "frames": stored.frames,
         "note": stored.note}
        for file_id, stored in arrived.items()
    ]  # fmt: skip
    await store.add_many(session, workspace_id, rows, created_by)


async def settle(session: AsyncSession, workspace_id: UUID, arrived: Mapping[UUID, Stored]) -> None:
    """End the passage of all that arrived for one purpose: what no task uses is deleted, and its bytes go."""
    passages = [stored.passage for stored in arrived.values() if stored.passage is not None]
    if await store.end_passages(session, workspace_id, passages) < len(arrived):
        raise ContentLeaving
    if gone := await store.delete_unused(session, workspace_id, list(arrived)):
        await _leave_removal(session, workspace_id, gone)


async def give_up(session: AsyncSession, workspace_id: UUID, arrived: Collection[Stored]) -> None:
    """Take back what was put away and is not wanted; the bytes go if nothing else names them. Safe to repeat."""
    await store.end_passages(session, workspace_id, [each.passage for each in arrived if each.passage is not None])
    if arrived:
        await _leave_removal(session, workspace_id, {stored.sha256 for stored in arrived})


async def stay(session: AsyncSession, workspace_id: UUID, arrived: Collection[Stored]) -> None:
    """Say that what arrived is still wanted by a process that lives."""
    await store.renew_passages(session, workspace_id, [each.passage for each in arrived if each.passage is not None])


async def use(session: AsyncSession, workspace_id: UUID, pairs: Collection[tuple[UUID, UUID]]) -> None:
    """Note that tasks use files, as pairs of their ids, so that these live as long as the last of those.

    Refuses when one of the files was deleted just now; until the transaction ends none can be.
    """
    named = set(pairs)
    if named and await store.use(session, workspace_id, *zip(*named, strict=True)) < len(named):
        raise NoSuchFiles(count=len({file_id for _, file_id in named}))


async def forget(session: AsyncSession, workspace_id: UUID, *task_ids: UUID) -> None:
    """Delete what only these tasks used; the bytes go once this is committed. Safe to repeat."""
    if gone := await store.forget(session, workspace_id, task_ids):
        await _leave_removal(session, workspace_id, gone)


async def let_go(session: AsyncSession, workspace_id: UUID, passage_id: UUID, sha256: str) -> None:
    """Take back `keep_content`; the bytes go once this is committed, if nothing else names them. Safe to repeat."""
    await store.end_passage(session, workspace_id, passage_id)
    await _leave_removal(session, workspace_id, [sha256])


async def begin_removal(session: AsyncSession, workspace_id: UUID, sha256: str) -> UUID | None:
    """Mark content as leaving, so that nobody counts on it; None when it is named again, and has to stay."""
    await store.lock_content(session, workspace_id, sha256)
    if await store.is_named(session, workspace_id, sha256):
        return None
    begun = await store.passage(session, workspace_id, sha256, PassageKind.LEAVING)
    if begun is None:
        begun = new_id()
        session.add(Passage(workspace_id=workspace_id, id=begun, sha256=sha256, kind=PassageKind.LEAVING))
    return begun


async def _leave_removal(session: AsyncSession, workspace_id: UUID, hashes: Collection[str]) -> None:
    await jobs.enqueue(
        session, REMOVE, one_at_a_time=f"files.{workspace_id}", workspace_id=workspace_id, hashes=sorted(set(hashes))
    )


async def _announced(database: Database, workspace_id: UUID, stored: Stored) -> Stored:
    """Say that content is on its way, before its first byte lies in the store."""
    async with database.transaction(workspace_id) as session:
        await store.lock_content(session, workspace_id, stored.sha256)
        if await store.passage(session, workspace_id, stored.sha256, PassageKind.LEAVING) is not None:
            raise ContentLeaving
        passage = Passage(workspace_id=workspace_id, id=new_id(), sha256=stored.sha256, kind=PassageKind.ARRIVING)
        session.add(passage)
        return replace(stored, passage=passage.id)


async def _looked_at(
    pictures: Pictures, source: Path | bytes, head: bytes, sha256: str, length: int, said_name: str
) -> Stored:
    name = safe_name(said_name)
    if length == 0:
        raise FileEmpty(name=name)
    media_type = media_type_of(head)
    if not is_picture(media_type):
        return Stored(sha256, length, media_type, name)
    seen = await pictures.inspect(source)
    note = " ".join(seen.notes) or None
    return Stored(sha256, length, seen.media_type, name, seen.width, seen.height, seen.frames, note)
