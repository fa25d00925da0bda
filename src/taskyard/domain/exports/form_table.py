"""Tasks as a table: CSV that a sheet may open, or Parquet with types."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from taskyard.domain.exports.columns import NUMBER, TIME, TRUTH, WHOLE, Column, columns_of
from taskyard.domain.exports.problems import CellUnfit, ParquetMissing
from taskyard.domain.exports.reading import Reading
from taskyard.kit.words import shortened

if TYPE_CHECKING:
    import pyarrow as pa

# What is turned into one group of rows at a time: less would pack badly, more would be memory.
GROUP_BYTES = 8_000_000
# The first is small: somebody waits for it.
FIRST_GROUP_BYTES = 500_000


async def csv_pieces(reading: Reading) -> AsyncGenerator[bytes]:
    """Yield the head and one piece a row; cells that a sheet would run as formulas begin with an apostrophe."""
    columns = columns_of(reading.actor, reading.wanted, (await reading.flows()).values())
    yield _row([column.name for column in columns])
    async with aclosing(reading.rows([column.defused for column in columns])) as found:
        async for batch in found:
            yield b"".join(batch)
    for row in await reading.gone():
        yield _row(_gone(columns, row))


async def parquet_pieces(reading: Reading) -> AsyncGenerator[bytes]:
    """Yield Parquet, a group of rows at a time."""
    columns = columns_of(reading.actor, reading.wanted, (await reading.flows()).values())
    parquet = await asyncio.to_thread(_Parquet, columns)
    group: list[bytes] = []
    length, most = 0, FIRST_GROUP_BYTES
    async with aclosing(reading.rows(columns)) as found:
        async for batch in found:
            group += batch
            length += sum(map(len, batch))
            if length >= most:
                yield await asyncio.to_thread(parquet.add, b"".join(group))
                group, length, most = [], 0, GROUP_BYTES
    group += [_row(_gone(columns, row)) for row in await reading.gone()]
    if group:
        yield await asyncio.to_thread(parquet.add, b"".join(group))
    yield await asyncio.to_thread(parquet.end)


def _row(cells: Sequence[str | None]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()


def _gone(columns: Sequence[Column], row: Any) -> list[str | None]:
    known = {"id": str(row.id), "status": row.status}
    return [known.get(column.name) for column in columns]


class _Parquet:
    """A Parquet file that is taken away as it is written."""

    def __init__(self, columns: Sequence[Column]) -> None:
        try:
            import pyarrow as pa
            from pyarrow import csv as arrow_csv
            from pyarrow import parquet
        except ImportError as error:
            raise ParquetMissing from error
        holds = {WHOLE: pa.int64(), NUMBER: pa.float64(), TRUTH: pa.bool_(), TIME: pa.timestamp("us", tz="UTC")}
        self._schema = pa.schema([(column.name, holds.get(column.holds, pa.string())) for column in columns])
        self._csv, self._invalid = arrow_csv, pa.ArrowInvalid
        self._sink = _Sink()
        self._writer = parquet.ParquetWriter(self._sink, self._schema, compression="zstd")

    def add(self, rows: bytes) -> bytes:
        """Return what these rows, as CSV, have added to the file."""
        try:
            self._writer.write_table(self._read(rows))
        except self._invalid as error:
            raise CellUnfit(why=shortened(str(error), 300)) from error
        return self._take()

    def end(self) -> bytes:
        """Return the end of the file."""
        self._writer.close()
        return self._take()

    def _read(self, rows: bytes) -> pa.Table:
        # An empty text stands in quotes and a null does not, as PostgreSQL writes them.
        return self._csv.read_csv(
            io.BytesIO(rows),
            self._csv.ReadOptions(column_names=self._schema.names, use_threads=False, block_size=len(rows) + 1),
            self._csv.ParseOptions(newlines_in_values=True),
            self._csv.ConvertOptions(
                column_types=self._schema,
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                null_values=[""],
                true_values=["true"],
                false_values=["false"],
            ),
        )

    def _take(self) -> bytes:
        taken, self._sink.written = bytes(self._sink.written), bytearray()
        return taken


class _Sink(io.RawIOBase):
    """Where a writer writes to, and whence what it wrote is taken."""

    def __init__(self) -> None:
        self.written = bytearray()
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.written += content
        self._at += len(content)
        return len(content)

    def tell(self) -> int:
        return self._at
