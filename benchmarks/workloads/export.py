"""Export every task with its answers as one stream."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable

from bare import DATABASE, Bare
from figures import Figure
from pyarrow import parquet
from servers import Server

FLOOR_SECONDS, AIM_SECONDS, FIRST_BYTE_MS, AIM_MEMORY_MB = 4.0, 2.0, 300.0, 30.0


# How many tasks came, as a reader of the format counts them.
COUNTS: dict[str, Callable[[bytes], int]] = {
    "jsonl": lambda content: content.count(b'"external_id"'),
    "json": lambda content: content.count(b'"external_id"'),
    "csv": lambda content: sum(1 for _ in csv.DictReader(io.StringIO(content.decode(), newline=""))),
    "parquet": lambda content: int(parquet.ParquetFile(io.BytesIO(content)).metadata.num_rows),
}


def run(server: Server, rows: int, times: int) -> list[Figure]:
    """Measure the best of several exports of tasks that all have an answer."""
    bare = Bare(server.dsn(), server.dsn(DATABASE))
    answered = bare.answer_everything()
    assert answered >= rows, (answered, rows)
    bare.settle(["tasks", "task_inputs", "runs", "answers"])
    figures = []
    for form in ("jsonl", "json", "csv", "parquet"):
        before = server.memory()["server"]
        server.peaks_from_now()
        rounds = [_export(server, form, rows) for _ in range(times)]
        seconds, first = min(rounds)
        more = server.peaks()["server"] - before
        thousands = rows / 100_000
        name = f"export of {rows:,} with answers, {form}"
        figures += [
            Figure(name, "s", seconds, FLOOR_SECONDS * thousands, AIM_SECONDS * thousands, bare.export()),
            Figure(f"{name}, first byte", "ms", first * 1000, FIRST_BYTE_MS, FIRST_BYTE_MS),
            Figure(f"{name}, server memory more", "MB", more, None, AIM_MEMORY_MB),
        ]
    return figures


def _export(server: Server, form: str, rows: int) -> tuple[float, float]:
    line = server.line()
    began = time.perf_counter()
    first, pieces = 0.0, []
    for piece in line.stream(f"/tasks/export?format={form}"):
        first = first or time.perf_counter() - began
        pieces.append(piece)
    seconds = time.perf_counter() - began
    line.close()
    content = b"".join(pieces)
    found = COUNTS[form](content)
    assert found == rows, f"{found} of {rows} tasks came"
    if form == "jsonl":
        assert json.loads(content.splitlines()[-1])["answers"], "the last task came without its answer"
    return seconds, first
