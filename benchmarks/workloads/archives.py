"""Archive the tasks of an upload, all of them in one go, and put them back."""

from __future__ import annotations

import time
from typing import Any

from clients import Line, Refused
from figures import Figure
from servers import Server

SECONDS_MAX = 1_800
LOOK_SECONDS = 0.05
AIM_MEMORY_MB = 100.0
UNDER_WAY = frozenset({"queued", "writing", "removing", "restoring"})


def run(server: Server, rows: int) -> list[Figure]:
    """Measure from the request until the record says that it is done, and that the list shows it."""
    line = server.line()
    project = line.json("GET", "/tasks?limit=1")["items"][0]["project"]["id"]
    before = server.memory()
    server.peaks_from_now()
    began = time.perf_counter()
    archive = line.json("POST", "/archives", {"selection": {"filter": {"project": [project]}}})
    archive = _followed(line, archive)
    there = time.perf_counter() - began
    assert (archive["state"], archive["tasks"]) == ("completed", rows), archive
    assert line.json("GET", f"/tasks?project={project}")["total"] == 0
    began = time.perf_counter()
    archive = _followed(line, line.json("POST", f"/archives/{archive['id']}/restore", {}))
    back = time.perf_counter() - began
    assert (archive["state"], archive["restored"]) == ("restored", rows), archive
    more = server.peaks()["worker"] - before["worker"]
    line.close()
    return [
        Figure(f"archive {rows:,}", "s", there),
        Figure(f"restore {rows:,}, each proved by its hash", "s", back),
        Figure(f"archive and restore {rows:,}, worker memory more", "MB", more, None, AIM_MEMORY_MB),
    ]


def _followed(line: Line, archive: dict[str, Any]) -> dict[str, Any]:
    deadline = time.perf_counter() + SECONDS_MAX
    while archive["state"] in UNDER_WAY:
        if time.perf_counter() > deadline:
            raise Refused(f"the archive was {archive['state']} after {SECONDS_MAX} seconds")
        time.sleep(LOOK_SECONDS)
        archive = line.json("GET", f"/archives/{archive['id']}")
    return archive
