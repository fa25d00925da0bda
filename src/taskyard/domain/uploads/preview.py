"""A look at a file before it is uploaded: which column goes where, and the first rows as they will be."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from taskyard.domain.projects import InputChecker
from taskyard.domain.uploads.mapping import Proposed, check_mapping, proposed
from taskyard.domain.uploads.parsing import Format, format_of, rows_of
from taskyard.domain.uploads.rows import FileBroken, FileProblem, Naming, Row, Rows

ROWS_SHOWN = 20
LINE_BYTES_MAX = 64 * 1024


class Look(NamedTuple):
    """What was seen."""

    format: Format
    columns: Sequence[Proposed]
    rows: Sequence[Row]
    problem: FileProblem | None


def look(
    path: Path,
    name: str,
    checker: InputChecker,
    said: Naming | None,
    remembered: Naming,
    *,
    is_part: bool,
    private_callbacks: bool = False,
) -> Look:
    """Look at a file, or at its first bytes. Refuses what no mapping can mend."""
    if said:
        check_mapping(said, checker)
    format_ = format_of(path, name)
    if is_part and format_ is not Format.PARQUET:
        _cut(path)
    columns = proposed(_names(path, name, format_, checker), checker, said, remembered)
    mapping = {column.name: column.to for column in columns}
    read = partial(rows_of, path, name, checker, format_, mapping, private_callbacks=private_callbacks)
    rows: list[Row] = []
    try:
        rows += islice(read(), ROWS_SHOWN)
    except FileProblem as problem:
        # A part ends in the middle of a list; what matters is whether any row could be read.
        if not (is_part and isinstance(problem, FileBroken) and _first(read)):
            return Look(format_, columns, rows, problem)
        rows = _first(read)
    return Look(format_, columns, rows, None)


def _first(read: Callable[[], Rows]) -> list[Row]:
    rows: list[Row] = []
    with suppress(FileProblem):
        for row in read():
            rows.append(row)
            if len(rows) == ROWS_SHOWN:
                break
    return rows


def _names(path: Path, name: str, format_: Format, checker: InputChecker) -> list[str]:
    """Return the columns of a table, or the keys of the first objects."""
    found: dict[str, None] = {}
    # Columns that do not fit are refused once they have been read.
    rows = rows_of(path, name, checker, format_)
    with suppress(FileProblem):
        for _ in islice(rows, ROWS_SHOWN):
            if isinstance(rows.raw, dict):
                found |= dict.fromkeys(rows.raw)
    found = dict.fromkeys(rows.header) or found
    return list(found)


def _cut(path: Path) -> None:
    """Take the last line away, which is there only in part; a single long line stays."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        at = max(0, size - LINE_BYTES_MAX)
        file.seek(at)
        end = file.read().rfind(b"\n")
    if end >= 0 and at + end > 0:
        os.truncate(path, at + end + 1)
