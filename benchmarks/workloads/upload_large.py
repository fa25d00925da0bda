"""Upload a file of a gigabyte: what matters is that neither server nor worker holds more of it than of a small one."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from figures import Figure
from servers import Server, wait_until_done

FILE_BYTES, ROW_BYTES = 1_000_000_000, 1000
AT_ONCE = 1000
SECONDS_MAX = 900
# A million rows in ten minutes, in flat memory.
FLOOR_SECONDS, FLOOR_MEMORY_MB, AIM_MEMORY_MB = 600.0, 256.0, 100.0


def write_file(path: Path, size: int) -> int:
    """Write JSON Lines of this size, a kilobyte each; return how many there are."""
    rows = size // ROW_BYTES
    with path.open("wb") as file:
        for first in range(0, rows, AT_ONCE):
            file.write(b"".join(_row(number) for number in range(first, min(first + AT_ONCE, rows))))
    return rows


def run(server: Server, size: int = FILE_BYTES) -> list[Figure]:
    """Measure it, read from the disk piece by piece."""
    line, project = server.line(), server.project()
    with tempfile.TemporaryDirectory(prefix="taskyard-bench-") as folder:
        path = Path(folder) / "tasks.jsonl"
        rows = write_file(path, size)
        before, spent = server.memory(), server.spent()
        server.peaks_from_now()
        began = time.perf_counter()
        said = line.send_file(f"/uploads?project={project}&name=tasks.jsonl", path, "application/x-ndjson")
        sent = time.perf_counter() - began
    ended = wait_until_done(line, said, SECONDS_MAX)
    seconds = time.perf_counter() - began
    assert (ended["created"], ended["bytes"]) == (rows, rows * ROW_BYTES), ended
    peaks, after = server.peaks(), server.spent()
    line.close()
    name = f"upload of {size / 1e9:g} GB, {rows:,} rows"
    return [
        Figure(f"{name}, until completed", "s", seconds, FLOOR_SECONDS * size / FILE_BYTES),
        Figure(f"{name}, until accepted", "s", sent),
        Figure(f"{name}, server memory more", "MB", peaks["server"] - before["server"], FLOOR_MEMORY_MB, AIM_MEMORY_MB),
        Figure(f"{name}, worker memory more", "MB", peaks["worker"] - before["worker"], FLOOR_MEMORY_MB, AIM_MEMORY_MB),
        Figure(f"{name}, processor of worker", "s", after.worker - spent.worker),
        Figure(f"{name}, processor of database", "s", after.database - spent.database),
    ]


def _row(number: int) -> bytes:
    head = f'{{"external_id":"m-{number:08}","text":"Message {number}: '
    words = "the parcel I ordered last week has still not arrived, and nobody answers the phone. " * 12
    return f'{head}{words[: ROW_BYTES - len(head) - 3]}"}}\n'.encode()
