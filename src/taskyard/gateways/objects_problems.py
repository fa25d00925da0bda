"""What a file store and a body on its way into one may refuse."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from taskyard.kit.logs import log
from taskyard.kit.problems import Kind, Problem

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

logger = log("objects")


class FileTooLarge(Problem):
    """The file has more than {limit}, the most that is taken here."""

    kind = Kind.TOO_LARGE

    def __init__(self, *, limit_bytes: int) -> None:
        super().__init__(limit=in_words(limit_bytes), limit_bytes=limit_bytes)


class FileDamaged(Problem):
    """The stored bytes of this file are not the bytes that were given. Restore it from a backup, or add it again."""

    kind = Kind.BROKEN


class FileGone(Problem):
    """The bytes of this file are missing in the file store. Restore it from a backup, or add it again."""

    kind = Kind.BROKEN


class NoSpaceLeft(Problem):
    """There is no space left for files. Nothing was kept; reading goes on."""

    kind = Kind.OUT_OF_SPACE


class FilesUnreachable(Problem):
    """The file store does not answer just now: try again shortly."""

    kind = Kind.UNAVAILABLE
    retry_after_seconds = 5


class FilesUrlUnusable(Problem):
    """Files cannot be kept at {files_url}: {why}."""


def in_words(count: int) -> str:
    """Return a number of bytes as people say it: `100 MB`."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"


@contextmanager
def disk_trouble_told(*, may_be_absent: bool = False) -> Iterator[None]:
    """Turn what a disk says into refusals; where it may be absent, FileNotFoundError stays what it is.

    Left alone, an OSError would reach the edge of the server, where it means that the database is away.
    """
    try:
        yield
    except OSError as error:
        if may_be_absent and isinstance(error, FileNotFoundError):
            raise
        logger.warning("disk.refused", errno=errno.errorcode.get(error.errno or 0, "?"), says=error.strerror)
        raise NoSpaceLeft if error.errno in FULL else FilesUnreachable from error
