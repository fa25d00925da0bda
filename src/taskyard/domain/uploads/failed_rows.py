"""The failed rows of an upload as a file: read again from what was uploaded, each with what is wrong with it.

Memory does not grow with the file: its rows are read one by one, and which of them failed is a bit each.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, NamedTuple
from uuid import UUID

from taskyard.domain import files
from taskyard.domain.files import NoSuchFiles
from taskyard.domain.uploads.flow_checker import FlowChecker
from taskyard.domain.uploads.judging import judged
from taskyard.domain.uploads.mending import number_of
from taskyard.domain.uploads.parsing import Format
from taskyard.domain.uploads.row_errors import RowError, error_of
from taskyard.domain.uploads.row_set import RowSet
from taskyard.domain.uploads.rows import ERROR_MARK, MARKS, ROW_MARK, FileProblem, Naming, Row, Unread
from taskyard.domain.uploads.rules import is_table
from taskyard.domain.uploads.sources import Source, within
from taskyard.gateways.objects import ObjectStore
from taskyard.kit import strict_json
from taskyard.kit.db.engine import Database
from taskyard.kit.problems import Flaw
from taskyard.kit.spreadsheet import guarded
from taskyard.kit.zip_lists import Limits

# Rows are given on in pieces of at most so many, and looked for so many at a time: whoever left is noticed soon.
PIECE_ROWS = 500
SCAN_ROWS = 20_000
# Of a row that could not be read, or that is no object.
TEXT_MARK, VALUE_MARK = "_text", "_value"


class Part(NamedTuple):
    """One file of the upload with those of its rows that are still bad."""

    name: str
    format: Format
    sha256: str
    checker: FlowChecker
    mapping: Naming | None
    failed: RowSet
    is_source: bool
    in_zip: bool = False
    may_reserve: bool = False


class FailedRows(NamedTuple):
    """Where the failed rows of an upload are, and what is known of them."""

    name: str
    format: Format
    parts: Sequence[Part]
    said: Mapping[int, Sequence[RowError]]

    @property
    def file_name(self) -> str:
        """Return what the file of failed rows is called."""
        stem = self.name.rpartition(".")[0] or self.name
        return f"{stem}-failed-rows.{'csv' if is_table(self.format) else 'jsonl'}"


class _Failed(NamedTuple):
    number: int
    row: Row
    header: Sequence[str]
    raw: Any


# A row with what is wrong with it becomes a line; None becomes what stands before the first.
_Write = Callable[[tuple[_Failed, str] | None], bytes]


async def pieces(
    found: FailedRows, database: Database, objects: ObjectStore, limits: Limits, workspace_id: UUID
) -> AsyncIterator[bytes]:
    """Give the file piece by piece. No transaction is open while it is read or sent."""
    async with AsyncExitStack() as stack:
        parts = []
        for part in found.parts:
            path = await stack.enter_async_context(objects.borrowed(workspace_id, part.sha256))
            source = Source(path, part.name, part.checker, part.format, part.mapping)
            parts.append((part, await within(source, path, objects, limits, stack) if part.in_zip else source))
        columns = await asyncio.to_thread(_columns, parts) if is_table(found.format) else []
        write = _table_writer(columns) if is_table(found.format) else _json_line
        yield write(None)
        for part, source in parts:
            failed = _failed_of(part, source)
            while (taken := await asyncio.to_thread(_some, failed)) is not None:
                errors = await _errors(taken, found.said, part, database, workspace_id)
                yield b"".join(write((each, _told(errors[each.number]))) for each in taken)


def _columns(parts: Sequence[tuple[Part, Source]]) -> list[str]:
    names: dict[str, None] = {}
    for _, source in parts:
        rows = source.rows()
        next(iter(rows), None)
        names |= dict.fromkeys(name for name in rows.header if name not in MARKS)
    return list(names)


def _failed_of(part: Part, source: Source) -> Iterator[_Failed | None]:
    """Return the rows that are asked for; None now and then, so that the reader is not gone for long."""
    left = part.failed - RowSet()
    rows = source.rows(keeps_text=True)
    read = 0
    try:
        for row in rows:
            read += 1
            if read % SCAN_ROWS == 0:
                yield None
            number = row.number if part.is_source else number_of(row.mark)
            if number is None or number not in left:
                continue
            left.discard(number)
            yield _Failed(number, row, rows.header, rows.raw)
            if not left:
                return
    except FileProblem:
        # The upload went as far as this too, and ended with the reason.
        return


def _some(failed: Iterator[_Failed | None]) -> list[_Failed] | None:
    taken: list[_Failed] = []
    for each in failed:
        if each is None:
            return taken
        taken.append(each)
        if len(taken) >= PIECE_ROWS:
            return taken
    return taken or None


async def _errors(
    taken: Sequence[_Failed],
    said: Mapping[int, Sequence[RowError]],
    part: Part,
    database: Database,
    workspace_id: UUID,
) -> dict[int, Sequence[RowError]]:
    """Return what is wrong with each row: as it was said, or where that was not kept, as it is found now."""
    errors = {each.number: said.get(each.number) or [error_of(0, flaw) for flaw in each.row.flaws] for each in taken}
    unknown = [each for each in taken if not errors[each.number]]
    named = [
        (str(each.number), handle, kind)
        for each in unknown
        for _, handle, kind in part.checker.file_values(each.row.input or {})
    ]
    if named:
        async with database.transaction(workspace_id) as session:
            try:
                await files.require_all(session, workspace_id, named)
            except NoSuchFiles as problem:
                for flaw in problem.flaws:
                    errors[int(flaw.place)] = [error_of(0, Flaw("", flaw.says, flaw.mend))]
    rows = [each.row._replace(number=each.number) for each in unknown if each.row.reserve_for or each.row.answers]
    if rows:
        async with database.transaction(workspace_id) as session:
            its = await judged(session, workspace_id, part.checker, rows, may_reserve=part.may_reserve)
        for number, flaws in its.flaws.items():
            errors[number] = [*errors[number], *(error_of(0, flaw) for flaw in flaws)]
    for each in unknown:
        if not errors[each.number] and each.row.external_id is not None:
            mend = "Give each row its own, or remove one of the two."
            errors[each.number] = [error_of(0, Flaw("external_id", "is the same as in an earlier row", mend))]
    return errors


def _told(errors: Sequence[RowError]) -> str:
    return " ".join(f"{error.field}: {error.says}" if error.field else error.says for error in errors)


def _json_line(given: tuple[_Failed, str] | None) -> bytes:
    if given is None:
        return b""
    each, says = given
    marks = {ROW_MARK: each.number, ERROR_MARK: says}
    if isinstance(each.raw, dict):
        return strict_json.dumps({**marks, **{name: it for name, it in each.raw.items() if name not in MARKS}}) + b"\n"
    name = TEXT_MARK if isinstance(each.raw, Unread) else VALUE_MARK
    return strict_json.dumps({**marks, name: each.raw}) + b"\n"


def _table_writer(columns: Sequence[str]) -> _Write:
    """Return what writes a row, with its cells under the names of all files; None is the header."""

    def write(given: tuple[_Failed, str] | None) -> bytes:
        text = io.StringIO()
        line = [*MARKS, *columns] if given is None else [str(given[0].number), given[1], *_cells(given[0], columns)]
        csv.writer(text).writerow(map(guarded, line))
        return text.getvalue().encode()

    return write


def _cells(each: _Failed, columns: Sequence[str]) -> list[str]:
    if isinstance(each.raw, Unread):
        return [each.raw.rstrip("\r\n")]
    cells = {name: cell for name, cell in zip(each.header, each.raw, strict=False) if name not in MARKS}
    # More cells than the header has names are part of what is wrong.
    return [*(cells.get(name, "") for name in columns), *each.raw[len(each.header) :]]
