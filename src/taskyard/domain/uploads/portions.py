"""A file on its way in: read, checked and made ready for COPY some thousand rows at a time, in a thread."""

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PosixPath
from typing import IO, Any, NamedTuple

import orjson
from uuid_utils import uuid7

from taskyard.domain import tasks
from taskyard.domain.projects import ANSWERS
from taskyard.domain.uploads.flow_checker import FlowChecker
from taskyard.domain.uploads.members import Members
from taskyard.domain.uploads.mending import Mending
from taskyard.domain.uploads.opening import Openings
from taskyard.domain.uploads.row_errors import RowError, error_of
from taskyard.domain.uploads.rows import FileProblem, Row, Rows
from taskyard.domain.uploads.sources import Source
from taskyard.kit import strict_json

# Enough that a round trip to the database costs nothing beside the rows, little enough to be held in memory.
PORTION_ROWS = 10_000
PORTION_BYTES = 4_000_000

# COPY's binary form: a number of fields, and each with its length before it.
COPY_BEGIN = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
COPY_END = struct.pack(">h", -1)
COLUMNS = {
    "number": "bigint",
    "task_id": "uuid",
    "run_id": "uuid",
    "opening": "integer",
    "turn_ids": "uuid[]",
    "input": "jsonb",
    "preview": "text",
    "priority": "integer",
    "external_id": 'text COLLATE "C"',
    "batch": "text",
    "metadata": "jsonb",
    "callback_url": "text",
    "output": "jsonb",
    "error": "jsonb",
}
_head = struct.Struct(">h iq i16s i16s ii").pack
_length = struct.Struct(">i").pack
_json_head = struct.Struct(">iB").pack
_NULL = _length(-1)
_UUID_OID = 2950
_ID = _length(16)
# The usual row has neither external id nor anything else of its own.
_PLAIN = _length(4) + _length(0) + 6 * _NULL


class Handle(NamedTuple):
    """A file that a row names."""

    row: int
    place: str
    handle: str
    kind: str


class Wish(NamedTuple):
    """Somebody for whom the task of a row is to be kept."""

    row: int
    named: str


class Brought(NamedTuple):
    """An answer that a row brings along; `given` is the row's input where the answer lies on a picture of it."""

    row: int
    step: str
    place: str
    answer: dict[str, Any]
    given: Mapping[str, Any]
    picture: str | None


@dataclass(slots=True)
class Portion:
    """Some of the rows: the good ones ready for COPY, and what was wrong with the others."""

    rows: int = 0
    good: int = 0
    failed: list[int] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    encoded: list[bytes] = field(default_factory=list)
    bytes: int = 0
    handles: list[Handle] = field(default_factory=list)
    has_external_ids: bool = False
    wishes: list[Wish] = field(default_factory=list)
    brought: list[Brought] = field(default_factory=list)


class WatchedFile(PosixPath):
    """A file that can be asked how far it was read."""

    _reader: IO[Any] | None = None

    def open(self, *how: Any, **named: Any) -> IO[Any]:  # type: ignore[override]
        """Open it like any other."""
        self._reader = super().open(*how, **named)
        return self._reader

    def position(self) -> int | None:
        """Return how many of its bytes were read; None once it was closed."""
        return None if self._reader is None or self._reader.closed else self._reader.tell()

    def close(self) -> None:
        """Close it, also under somebody who still reads. Safe to repeat."""
        if self._reader is not None:
            self._reader.close()


def _rows(rows: Rows, mending: Mending | None) -> Iterator[Row]:
    if mending is None:
        return iter(rows)
    return (mended for row in rows if (mended := mending.of(row)) is not None)


class Reader:
    """Reads one file for one flow. `next` belongs in a thread; one call at a time."""

    def __init__(
        self,
        source: Source,
        checker: FlowChecker,
        openings: Openings,
        *,
        errors_max: int,
        mending: Mending | None = None,
        members: Members | None = None,
    ) -> None:
        self._file = WatchedFile(source.path)
        self._size = source.path.stat().st_size
        self._rows = _rows(source._replace(path=self._file).rows(), mending)
        self.checker = checker
        self._has_files = bool(checker.file_fields())
        self._members = members
        self.openings = openings
        self._errors_max = errors_max
        self._refusal: FileProblem | None = None
        self._is_stopped = False
        self.bytes_read = 0

    def close(self) -> None:
        """Give the file back. A call that is still under way ends soon; what it returns counts for nothing."""
        self._is_stopped = True
        self._file.close()

    @property
    def part_read(self) -> float:
        """Return how much of the file was read, from 0 to 1."""
        return self.bytes_read / self._size if self._size else 1.0

    def next(self) -> Portion | None:
        """Return the next rows, or None at the end. Raises a FileProblem after the last row that could be read."""
        portion = Portion()
        try:
            self._fill(portion)
        except FileProblem as problem:
            self._refusal = problem
        position = self._file.position()
        self.bytes_read = self._size if position is None else position
        if portion.rows:
            return portion
        if self._refusal is not None:
            raise self._refusal
        return None

    def _fill(self, portion: Portion) -> None:
        if self._refusal is not None:
            return
        for row in self._rows:
            portion.rows += 1
            if self._members is not None:
                row = self._members.of(row)  # noqa: PLW2901 - the same row, with its files
            if row.flaws:
                portion.failed.append(row.number)
                if len(portion.errors) < self._errors_max:
                    portion.errors += [error_of(row.number, flaw) for flaw in row.flaws]
            else:
                self._add(portion, row)
            if portion.rows >= PORTION_ROWS or portion.bytes >= PORTION_BYTES or self._is_stopped:
                return

    def _add(self, portion: Portion, row: Row) -> None:
        given = row.input or {}
        handles = [Handle(row.number, *named) for named in self.checker.file_values(given)] if self._has_files else []
        portion.handles += handles
        opening = self.openings.of(given)
        encoded = self._encoded(row, given, opening, {at.handle for at in handles})
        portion.encoded.append(encoded)
        portion.bytes += len(encoded)
        portion.good += 1
        portion.has_external_ids = portion.has_external_ids or row.external_id is not None
        if row.reserve_for is not None:
            portion.wishes.append(Wish(row.number, row.reserve_for))
        if row.answers:
            self._bring(portion, row, given)

    def _bring(self, portion: Portion, row: Row, given: Mapping[str, Any]) -> None:
        for step, answer in row.answers.items():
            picture = self.checker.prefills.picture_of(step, given)
            portion.brought.append(Brought(row.number, step, f"{ANSWERS}.{step}", answer, given, picture))
            portion.bytes += len(strict_json.dumps(answer))

    def _preview(self, given: Mapping[str, Any], handles: Collection[str]) -> str:
        words = tasks.preview_of(given, handles)
        return words or (self._members.name_of(handles) if self._members is not None else "")

    def _encoded(self, row: Row, given: Mapping[str, Any], number: int, handles: Collection[str]) -> bytes:
        opening = self.openings.known[number]
        # Ids in the order of the rows keep every index growing at its end. As bytes: 300,000 UUID objects
        # would cost as much as reading the file.
        head = _head(len(COLUMNS), 8, row.number, 16, uuid7().bytes, 16, uuid7().bytes, 4, number)
        parts = [head, _ids(len(opening.turns)), _json(given), _text(self._preview(given, handles))]
        beside = row.external_id or row.batch or row.metadata or row.priority or row.callback_url
        if opening.steps and not beside:
            parts.append(_PLAIN)
            return b"".join(parts)
        end = self.openings.end_of(number, given)
        parts += [
            _length(4) + _length(row.priority),
            _text(row.external_id),
            _text(row.batch),
            _json(row.metadata or None),
            _text(row.callback_url),
            _json(end.output if end else None),
            _json(end.error if end else None),
        ]
        return b"".join(parts)


def _ids(count: int) -> bytes:
    """Return a list of new ids, of one dimension that begins with 1."""
    array = struct.pack(">iiiii", 1, 0, _UUID_OID, count, 1)
    ids = b"".join([_ID + uuid7().bytes for _ in range(count)])
    return _length(len(array) + len(ids)) + array + ids


def _text(value: str | None) -> bytes:
    if value is None:
        return _NULL
    encoded = value.encode()
    return _length(len(encoded)) + encoded


def _json(value: object) -> bytes:
    if value is None:
        return _NULL
    try:
        encoded = orjson.dumps(value)
    except TypeError:  # a whole number of more than 64 bits, which is kept exact
        encoded = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return _json_head(len(encoded) + 1, 1) + encoded
