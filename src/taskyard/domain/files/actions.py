"""Verbs about files: first the bytes are put away, with no transaction open; then a row names them."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain.files import facts
from taskyard.domain.files.problems import FileEmpty
from taskyard.domain.files.rules import EXTENSIONS, is_picture, media_type_of, safe_name
from taskyard.domain.files.tables import File
from taskyard.gateways.objects import Incoming, ObjectStore
from taskyard.gateways.objects_incoming import HEAD_BYTES
from taskyard.gateways.pictures import Pictures
from taskyard.kit.ids import new_id


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


async def put_away(
    objects: ObjectStore, pictures: Pictures, workspace_id: UUID, incoming: Incoming, name: str
) -> Stored:
    """Look at what has arrived, and make it durable. Call it with no transaction open: it reads, writes and decodes.

    A picture that cannot be shown, or is over the limits, is refused before anything is kept.
    """
    stored = await _looked_at(pictures, incoming.path, incoming.head, incoming.sha256, incoming.bytes, name)
    await objects.put_path(workspace_id, incoming.path, incoming.sha256)
    return stored


async def put_away_made(
    objects: ObjectStore, pictures: Pictures, workspace_id: UUID, content: bytes, name: str
) -> Stored:
    """Make durable what a step has made, such as a drawn picture; as strict as with what people give.

    A name without an extension gets that of its content.
    """
    sha256 = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
    extension = "" if "." in name else EXTENSIONS.get(media_type_of(content[:HEAD_BYTES]), "")
    stored = await _looked_at(pictures, content, content[:HEAD_BYTES], sha256, len(content), name + extension)
    await objects.put_bytes(workspace_id, content)
    return stored


async def keep(session: AsyncSession, actor: Actor, stored: Stored) -> File:
    """Make a file of what was put away. Each time a new file, also of content that is here already."""
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
