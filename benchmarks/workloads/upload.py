"""Upload a file of tasks, until the list shows all of them."""

from __future__ import annotations

import csv
import io
import json
import time

from bare import DATABASE, Bare
from figures import Figure
from servers import Server, wait_until_done

ROW_BYTES = 280
# Beyond it a total is said to be that many and more.
EXACT_TOTAL_MAX = 100_000
SECONDS_MAX = 300
MEDIA_TYPES = {"csv": "text/csv", "json": "application/json"}
FLOOR_SECONDS, AIM_SECONDS, AIM_MEMORY_MB = 5.0, 3.0, 100.0


def file_of(rows: int, form: str, first: int = 0) -> bytes:
    """Return a file with this many tasks, each of 280 bytes."""
    given = [{"external_id": f"m-{n:07}", "text": _text(n, form)} for n in range(first, first + rows)]
    if form == "json":
        return json.dumps(given, separators=(",", ":")).encode()
    out = io.StringIO()
    writer = csv.DictWriter(out, ["external_id", "text"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(given)
    return out.getvalue().encode()


def run(server: Server, form: str, rows: int) -> list[Figure]:
    """Measure one upload into a fresh project."""
    content = file_of(rows, form)
    line, project = server.line(), server.project()
    before = server.memory()
    server.peaks_from_now()
    spent = server.spent()
    began = time.perf_counter()
    path = f"/uploads?project={project}&name=tasks.{form}"
    status, said = line.ask("POST", path, content, MEDIA_TYPES[form])
    assert status == 202, said.decode()
    sent = time.perf_counter() - began
    ended = wait_until_done(line, json.loads(said), SECONDS_MAX)
    shown = line.json("GET", f"/tasks?project={project}")
    seconds = time.perf_counter() - began
    total = min(rows, EXACT_TOTAL_MAX)
    assert (ended["created"], shown["total"], len(shown["items"])) == (rows, total, min(50, rows)), (ended, shown)
    peaks, after = server.peaks(), server.spent()
    line.close()
    bare = Bare(server.dsn(), server.dsn(DATABASE)).upload(content, form)
    thousands = rows / 100_000
    name = f"upload of {rows:,} rows, {form.upper()}"
    return [
        Figure(f"{name}, until listable", "s", seconds, FLOOR_SECONDS * thousands, AIM_SECONDS * thousands, bare),
        Figure(f"{name}, until accepted", "s", sent),
        Figure(f"{name}, server memory more", "MB", peaks["server"] - before["server"], None, AIM_MEMORY_MB),
        Figure(f"{name}, worker memory more", "MB", peaks["worker"] - before["worker"], None, AIM_MEMORY_MB),
        Figure(f"{name}, processor of server", "s", after.server - spent.server),
        Figure(f"{name}, processor of worker", "s", after.worker - spent.worker),
        Figure(f"{name}, processor of database", "s", after.database - spent.database),
    ]


def run_again(server: Server, form: str, rows: int) -> list[Figure]:
    """Measure uploads to a project that has as many tasks: of the same rows, of others, and of half and half."""
    line, project = server.line(), server.project()
    kinds = {
        "first": (0, rows),
        "the same rows again": (0, 0),
        "others": (rows, rows),
        "half known": (rows * 3 // 2, rows // 2),
    }
    figures = []
    for kind, (first, created) in kinds.items():
        content = file_of(rows, form, first)
        began = time.perf_counter()
        status, said = line.ask("POST", f"/uploads?project={project}&name=t.{form}", content, MEDIA_TYPES[form])
        assert status == 202, said.decode()
        ended = wait_until_done(line, json.loads(said), SECONDS_MAX)
        seconds = time.perf_counter() - began
        assert (ended["created"], ended["unchanged"]) == (created, rows - created), ended
        if kind != "first":
            figures.append(Figure(f"upload of {rows:,} rows to as many, {form.upper()}, {kind}", "s", seconds))
        else:
            figures.append(Figure(f"upload of {rows:,} rows to none, {form.upper()}", "s", seconds))
    line.close()
    return figures


def _text(number: int, form: str) -> str:
    around = len(f"m-{number:07},\n") if form == "csv" else len(f'{{"external_id":"m-{number:07}","text":""}},')
    words = f"Message {number}: the parcel I ordered last week has still not arrived, and nobody answers the phone. "
    return (words * 4)[: ROW_BYTES - around - 1] + "."
