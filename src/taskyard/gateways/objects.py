"""The file store: content under its own SHA-256, in a folder or in an S3-compatible bucket, checked when it is read.

No name that a user chose becomes a path: a key is the workspace's id and the hash of the content. A copy that we make
of a picture stands beside it with a suffix, and ends with its own hash, because its key says nothing of its content.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol, Self
from uuid import UUID

from taskyard.gateways.objects_bucket import BucketShelf
from taskyard.gateways.objects_folder import FolderShelf
from taskyard.gateways.objects_incoming import Incoming, NewFile, clear_leftovers, incoming
from taskyard.gateways.objects_problems import (
    FileDamaged,
    FileGone,
    FilesUnreachable,
    FilesUrlUnusable,
    FileTooLarge,
    NoSpaceLeft,
    disk_trouble_told,
)
from taskyard.kit.ids import new_id
from taskyard.kit.logs import log
from taskyard.kit.settings import Settings

__all__ = [
    "FileDamaged",
    "FileGone",
    "FileTooLarge",
    "FilesUnreachable",
    "FilesUrlUnusable",
    "Incoming",
    "NoSpaceLeft",
    "ObjectStore",
    "incoming",
]

# What is read whole stays in memory up to this size; more is read twice, to check it and then to give it.
HELD_BYTES_MAX = 8_000_000
COPIES = (".view", ".thumb")
DIGEST_BYTES = 32
_SHA256 = re.compile(r"[0-9a-f]{64}")

logger = log("objects")


class Shelf(Protocol):
    """Where the bytes lie."""

    async def put_path(self, name: str, path: Path) -> None:
        """Keep a file that nobody writes to any more."""

    async def put_bytes(self, name: str, content: bytes) -> None:
        """Keep these bytes."""

    def read(self, name: str, span: tuple[int, int] | None = None) -> AsyncIterator[bytes]:
        """Give the bytes in pieces, or raise FileNotFoundError."""

    async def size(self, name: str) -> int | None:
        """Return the bytes it has, or None."""

    async def delete(self, names: list[str]) -> None:
        """Remove them."""


class ObjectStore:
    """Content by workspace and hash. Nothing here knows of rows: a row names an object only after it is durable.

    To put the same content twice is harmless, and mends an object that was damaged.
    """

    def __init__(self, shelf: Shelf, arriving: Path) -> None:
        self._shelf = shelf
        self.arriving = arriving

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the store the settings name, and remove what killed processes left half-received a day ago."""
        arriving = settings.data / "incoming"
        with disk_trouble_told():
            settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            arriving.mkdir(mode=0o700, exist_ok=True)
            clear_leftovers(arriving)
        if settings.files_url is None:
            return cls(FolderShelf(settings.data / "files"), arriving)
        return cls(BucketShelf(settings), arriving)

    def incoming(self, limit_bytes: int) -> AbstractAsyncContextManager[Incoming]:
        """Open a place for a body that is on its way to this store."""
        return incoming(limit_bytes, self.arriving)

    async def put_path(self, workspace_id: UUID, path: Path, sha256: str) -> None:
        """Keep a file by the hash it had when it was written; nobody may write to it any more."""
        await self._shelf.put_path(name_of(workspace_id, sha256), path)

    async def put_bytes(self, workspace_id: UUID, content: bytes) -> str:
        """Keep these bytes and return their hash."""
        sha256 = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        await self._shelf.put_bytes(name_of(workspace_id, sha256), content)
        return sha256

    async def stream(
        self, workspace_id: UUID, sha256: str, span: tuple[int, int] | None = None
    ) -> AsyncIterator[bytes]:
        """Return the content, checked as a whole before the first piece is given, or raise FileDamaged or FileGone.

        `span` (first byte, byte after the last) gives a part, which cannot be checked.
        """
        name = name_of(workspace_id, sha256)
        if span:
            if await self._shelf.size(name) is None:
                raise self._gone(name)
            return self._shelf.read(name, span)
        held: list[bytes] = []
        length = 0
        async for piece in self._checked(name, sha256):
            length += len(piece)
            if length <= HELD_BYTES_MAX:
                held.append(piece)
        return _again(held) if length <= HELD_BYTES_MAX else self._checked(name, sha256)

    async def fetch_to(self, workspace_id: UUID, sha256: str, path: Path) -> None:
        """Write the checked content to a file; when it cannot be had whole, there is no file."""
        new = NewFile(path)
        try:
            async for piece in self._checked(name_of(workspace_id, sha256), sha256):
                await asyncio.to_thread(new.write, piece)
            new.close()
        except BaseException:
            new.remove()
            raise

    @asynccontextmanager
    async def borrowed(self, workspace_id: UUID, sha256: str) -> AsyncIterator[Path]:
        """Lend the checked content as a file of this process's own, for the length of a block."""
        path = self.arriving / f"{new_id().hex}.part"
        try:
            await self.fetch_to(workspace_id, sha256, path)
            yield path
        finally:
            path.unlink(missing_ok=True)

    async def exists(self, workspace_id: UUID, sha256: str) -> bool:
        """Say whether there is such content, without reading it."""
        return await self._shelf.size(name_of(workspace_id, sha256)) is not None

    async def delete(self, workspace_id: UUID, sha256: str) -> None:
        """Remove content and our copies of it for good. Whoever asks has seen that no row names it."""
        await self._shelf.delete([name_of(workspace_id, sha256, suffix) for suffix in ("", *COPIES)])

    async def put_copy(self, workspace_id: UUID, sha256: str, suffix: str, content: bytes) -> None:
        """Keep a copy that we made of this content, so that it need not be made again."""
        sealed = content + hashlib.sha256(content).digest()
        await self._shelf.put_bytes(name_of(workspace_id, sha256, suffix), sealed)

    async def copy_of(self, workspace_id: UUID, sha256: str, suffix: str) -> bytes | None:
        """Return a copy that was made before, or None when it must be made: it is not there, or damaged."""
        name = name_of(workspace_id, sha256, suffix)
        try:
            sealed = b"".join([piece async for piece in self._shelf.read(name)])
        except FileNotFoundError:
            return None
        content, seal = sealed[:-DIGEST_BYTES], sealed[-DIGEST_BYTES:]
        if hashlib.sha256(content).digest() != seal:
            logger.error("copy.damaged", object=name)
            return None
        return content

    async def _checked(self, name: str, sha256: str) -> AsyncIterator[bytes]:
        digest = hashlib.sha256()
        last = b""
        try:
            async for piece in self._shelf.read(name):
                await asyncio.to_thread(digest.update, piece)
                if last:
                    yield last
                last = piece
        except FileNotFoundError:
            raise self._gone(name) from None
        # The last piece is held back until the whole is known to be right: nobody gets all of a damaged file.
        if digest.hexdigest() != sha256:
            logger.error("object.damaged", object=name)
            raise FileDamaged
        if last:
            yield last

    def _gone(self, name: str) -> FileGone:
        logger.error("object.gone", object=name)
        return FileGone()


def name_of(workspace_id: UUID, sha256: str, suffix: str = "") -> str:
    """Return the key of an object. Only hashes and our own suffixes get in."""
    if not _SHA256.fullmatch(sha256) or (suffix and suffix not in COPIES):
        raise ValueError(f"{sha256!r} with {suffix!r} names no object")
    return f"{workspace_id.hex}/{sha256[:2]}/{sha256}{suffix}"


async def _again(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
