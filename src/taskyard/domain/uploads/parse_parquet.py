"""Tasks from Parquet, some hundred rows at a time: a column is a key of an object, a null is an absent one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from taskyard.domain.uploads.rows import FileBroken, FileHasNoRows, FormatNotSupported, Row, RowMaker, bad_row
from taskyard.kit.problems import Flaw

BATCH_ROWS = 500
BUFFER_BYTES = 1_000_000
_INSTALL = "Export it as CSV or JSON Lines, or have the operator install `taskyard[parquet]`."


class _NoJson(ValueError):  # noqa: N818 - refusals are sentences
    """A value that JSON has not."""


def refuse_without_reader(name: str) -> None:
    """Refuse a Parquet file on a server that has no reader for it."""
    if find_spec("pyarrow") is None:
        flaw = Flaw("", "This server cannot read Parquet.", _INSTALL)
        raise FormatNotSupported([flaw], name=name, what="a Parquet file, which this server cannot read")


class ParquetRows:
    """A row per row of the file; only a batch of them and a page of each column are in memory."""

    def __init__(self, path: Path, name: str, maker: RowMaker) -> None:
        self._path, self._name, self._maker = path, name, maker
        self.header: Sequence[str] = ()
        self.raw: Any = None

    def __iter__(self) -> Iterator[Row]:
        # Large, and not needed by a server that gets no such files.
        import pyarrow as pa
        from pyarrow import parquet

        refuse_without_reader(self._name)
        number = 0
        try:
            with self._path.open("rb") as file:
                source = parquet.ParquetFile(file, buffer_size=BUFFER_BYTES, pre_buffer=False)
                for batch in source.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                    for value in batch.to_pylist():
                        number += 1
                        yield self._row(value, number)
        except (pa.ArrowException, OSError) as error:
            flaw = Flaw(f"row {number + 1}", "The file cannot be read further.", "Write it anew.")
            why = str(error).partition("\n")[0].rstrip(".")
            raise FileBroken([flaw], name=self._name, line=f"{number:,}", why=why) from error
        if not number:
            raise FileHasNoRows(name=self._name)

    def _row(self, value: dict[str, Any], number: int) -> Row:
        given = {}
        for name, inner in value.items():
            if inner is not None:
                try:
                    given[name] = _json(inner)
                except _NoJson as refusal:
                    self.raw = {key: str(it) for key, it in value.items() if it is not None}
                    return bad_row(number, number, Flaw(name, str(refusal), None, value=repr(inner)[:200]))
        self.raw = given
        return self._maker.of_json(given, number, number)


def _json(value: Any) -> Any:
    if isinstance(value, list):
        return [_json(inner) for inner in value]
    if isinstance(value, dict):
        return {str(name): _json(inner) for name, inner in value.items()}
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        if "\x00" in value:
            raise _NoJson("holds the character U+0000, which cannot be stored")
        return value
    return _number_or_time(value)


def _number_or_time(value: Any) -> Any:
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            raise _NoJson("is not a number that can be kept")
        return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise _NoJson("is binary, and a task holds text" if isinstance(value, bytes) else "is of a sort a task cannot hold")
