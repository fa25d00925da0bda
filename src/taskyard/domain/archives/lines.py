"""The file of an archive: compressed JSON Lines, one task a line between a line that opens and one that closes.

    {"taskyard_archive":1,"archive":{…},"tables":{"tasks":["id",…],…}}
    {"id":"…","sha256":"…","content":{"tasks":{…},"runs":[…],…}}
    {"end":{"tasks":1,"runs":1,"answers":1,"files":0}}

`sha256` is that of the bytes of `content` as they stand in the line. So the file can be checked, and read, by anybody.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from taskyard.domain.archives.problems import FileUnreadable

VERSION = 1
LEVEL = 4
GZIP_BITS = 31
# What is put back in one transaction.
PORTION_LINES = 500
PORTION_BYTES = 4_000_000

_BEFORE_ID = len('{"id":"')
_AFTER_ID = _BEFORE_ID + 36
_BEFORE_HASH = _AFTER_ID + len('","sha256":"')
_AFTER_HASH = _BEFORE_HASH + 64
_BEFORE_CONTENT = _AFTER_HASH + len('","content":')


class Line(NamedTuple):
    """One task as it stands in the file."""

    task_id: str
    sha256: str
    content: str


def opening(archive: Mapping[str, Any], tables: Mapping[str, Any]) -> bytes:
    """Return the first line."""
    return orjson.dumps({"taskyard_archive": VERSION, "archive": archive, "tables": tables}, default=str) + b"\n"


def line_of(line: Line) -> bytes:
    """Return the line of a task."""
    return f'{{"id":"{line.task_id}","sha256":"{line.sha256}","content":{line.content}}}\n'.encode()


def closing(counts: Mapping[str, int]) -> bytes:
    """Return the last line. A file without it was cut off."""
    return orjson.dumps({"end": counts}) + b"\n"


class Packing:
    """Compresses what it is given, piece by piece. Each call belongs in a thread."""

    def __init__(self) -> None:
        self._packing = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP_BITS)

    def add(self, lines: list[bytes]) -> bytes:
        """Return what is ready of the file after these lines."""
        return self._packing.compress(b"".join(lines))

    def end(self) -> bytes:
        """Return the rest."""
        return self._packing.flush()


class Unpacking:
    """Reads a file that was checked as a whole. `next` belongs in a thread, one call at a time."""

    def __init__(self, path: Path) -> None:
        self._file = gzip.open(path, "rb")  # noqa: SIM115 - `close` does, when the last line was read
        self._lines: Iterator[bytes] = iter(self._file)
        self.tables = self._read_opening()

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def next(self) -> list[Line]:
        """Return the next tasks; none at the end."""
        portion: list[Line] = []
        size = 0
        for raw in self._lines:
            if raw.startswith(b'{"end":'):
                break
            portion.append(_read(raw))
            size += len(raw)
            if len(portion) >= PORTION_LINES or size >= PORTION_BYTES:
                break
        return portion

    def _read_opening(self) -> dict[str, list[str]]:
        told = orjson.loads(next(self._lines, b"null")) or {}
        if told.get("taskyard_archive") != VERSION:
            raise FileUnreadable(found=told.get("taskyard_archive"), known=VERSION)
        tables: dict[str, list[str]] = told["tables"]
        return tables


def _read(raw: bytes) -> Line:
    line = raw.decode()
    return Line(line[_BEFORE_ID:_AFTER_ID], line[_BEFORE_HASH:_AFTER_HASH], line[_BEFORE_CONTENT:-2])
