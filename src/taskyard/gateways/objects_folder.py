"""Objects in a folder: whole under their name, or not there at all, whenever the power goes."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from io import FileIO
from pathlib import Path

from taskyard.gateways.objects_incoming import PIECE_BYTES, NewFile, clear_leftovers
from taskyard.gateways.objects_problems import disk_trouble_told
from taskyard.kit.ids import new_id

# Where a hard link cannot be made, the bytes are copied.
NO_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS})


class FolderShelf:
    """A folder for one or more machines that see the same file system; nobody else may look into it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts = folder / ".parts"
        with disk_trouble_told():
            self._parts.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            clear_leftovers(self._parts)

    async def put_path(self, name: str, path: Path) -> None:
        """Keep a file that nobody writes to any more: it may become the object without being copied."""
        await asyncio.to_thread(self._put, name, path)

    async def put_bytes(self, name: str, content: bytes) -> None:
        """Keep these bytes."""
        await asyncio.to_thread(self._put, name, content)

    async def read(self, name: str, span: tuple[int, int] | None = None) -> AsyncIterator[bytes]:
        """Give the bytes in pieces. FileNotFoundError when there is no such object."""
        opening = asyncio.ensure_future(asyncio.to_thread((self._folder / name).open, "rb", 0))
        with disk_trouble_told(may_be_absent=True):
            try:
                file = await asyncio.shield(opening)
            except asyncio.CancelledError:
                # Whoever asked has left while it was being opened: it is closed as soon as it is.
                opening.add_done_callback(_close)
                raise
        with file:
            at, end = span or (0, None)
            while end is None or at < end:
                wanted = PIECE_BYTES if end is None else min(PIECE_BYTES, end - at)
                with disk_trouble_told():
                    piece = await asyncio.to_thread(os.pread, file.fileno(), wanted, at)
                if not piece:
                    return
                yield piece
                at += len(piece)

    async def size(self, name: str) -> int | None:
        """Return the bytes it has, or None when there is no such object."""
        with suppress(FileNotFoundError), disk_trouble_told(may_be_absent=True):
            return (await asyncio.to_thread((self._folder / name).stat)).st_size
        return None

    async def delete(self, names: list[str]) -> None:
        """Remove them for good. Those that are not there are no trouble."""
        await asyncio.to_thread(self._delete, names)

    def _put(self, name: str, given: Path | bytes) -> None:
        target = self._folder / name
        part = self._parts / f"{new_id().hex}.part"
        with disk_trouble_told():
            try:
                for folder in (target.parent.parent, target.parent):
                    folder.mkdir(mode=0o700, exist_ok=True)
                if isinstance(given, bytes):
                    _write_new(part, given)
                else:
                    _link_or_copy(given, part)
                part.replace(target)
                # Each time: a folder that another process has just made may not be on the disk yet.
                for folder in (target.parent, target.parent.parent, self._folder):
                    _sync(folder)
            finally:
                # Two names of one inode are not renamed into one: the first stays.
                part.unlink(missing_ok=True)

    def _delete(self, names: list[str]) -> None:
        with disk_trouble_told():
            for name in names:
                with suppress(FileNotFoundError):
                    (self._folder / name).unlink()
                    _sync((self._folder / name).parent)


def _close(opening: asyncio.Future[FileIO]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _write_new(path: Path, content: bytes) -> None:
    new = NewFile(path)
    try:
        new.write(content)
    finally:
        new.close()
    _sync(path)


def _link_or_copy(path: Path, part: Path) -> None:
    try:
        os.link(path, part)
    except OSError as error:
        if error.errno not in NO_LINK:
            raise
        shutil.copyfile(path, part)
        part.chmod(0o600)
    _sync(part)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
