"""A body on its way in: written to a file of its own while it is counted and hashed, never held in memory."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from taskyard.gateways.objects_problems import FileTooLarge, disk_trouble_told
from taskyard.kit.ids import new_id

# Written and hashed in a thread, this much at a time: less would be all hand-over, more would be memory.
PIECE_BYTES = 1_000_000
HEAD_BYTES = 64_000
LEFTOVER_SECONDS = 24 * 3600
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW


class NewFile:
    """A file, for this user alone, that threads write to.

    A request that is cancelled leaves its thread behind. Closing waits for it, and what comes later is dropped:
    otherwise a late write would land in whatever file has the same descriptor by then.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = threading.Lock()
        with disk_trouble_told():
            self._file: int | None = os.open(path, _NEW, 0o600)

    def write(self, piece: bytes) -> None:
        """Write it whole; the system may take less at a time."""
        view = memoryview(piece)
        with self._turn, disk_trouble_told():
            while view and self._file is not None:
                view = view[os.write(self._file, view) :]

    def close(self) -> None:
        """Stop writing. Safe to repeat."""
        with self._turn:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def remove(self) -> None:
        """Close it, and have it gone."""
        self.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


class Incoming:
    """What has arrived so far. `sha256` and `head` are known once it is `finish`ed; the file goes with the block."""

    def __init__(self, path: Path, limit_bytes: int) -> None:
        self.path = path
        self.limit_bytes = limit_bytes
        self.bytes = 0
        self.sha256 = ""
        self.head = b""
        self._digest = hashlib.sha256()
        self._waiting = bytearray()
        self._file = NewFile(path)

    async def add(self, chunk: bytes) -> None:
        """Take the next bytes, or refuse before more is read than the limit allows."""
        self.bytes += len(chunk)
        if self.bytes > self.limit_bytes:
            raise FileTooLarge(limit_bytes=self.limit_bytes)
        self._waiting += chunk
        if len(self._waiting) >= PIECE_BYTES:
            await self._write()

    async def finish(self) -> None:
        """Say that everything has arrived."""
        await self._write()
        self._file.close()
        self.sha256 = self._digest.hexdigest()

    def discard(self) -> None:
        """Forget the file. Whoever wants to keep it has put it into a store by now."""
        self._file.remove()

    async def _write(self) -> None:
        piece, self._waiting = bytes(self._waiting), bytearray()
        self.head = self.head or piece[:HEAD_BYTES]
        await asyncio.to_thread(self._write_piece, piece)

    def _write_piece(self, piece: bytes) -> None:
        self._digest.update(piece)
        self._file.write(piece)


@asynccontextmanager
async def incoming(limit_bytes: int, folder: Path) -> AsyncIterator[Incoming]:
    """Open an empty one, for a reader that finds the file inside of a form."""
    arriving = Incoming(folder / f"{new_id().hex}.part", limit_bytes)
    try:
        yield arriving
    finally:
        arriving.discard()


def refuse_announced(announced: str | None, limit_bytes: int, *, beside: int = 0) -> None:
    """Refuse by the Content-Length alone; `beside` is what may come with the file in a form."""
    if announced and announced.isdecimal() and int(announced) > limit_bytes + beside:
        raise FileTooLarge(limit_bytes=limit_bytes)


def clear_leftovers(folder: Path, older_than_seconds: float = LEFTOVER_SECONDS) -> int:
    """Remove what processes that were killed have left half-written; return how many files it were."""
    removed = 0
    before = time.time() - older_than_seconds
    with suppress(FileNotFoundError):
        for left in folder.iterdir():
            with suppress(OSError):
                if left.suffix == ".part" and left.stat().st_mtime < before:
                    left.unlink()
                    removed += 1
    return removed
