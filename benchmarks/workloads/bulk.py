"""Change and delete ten thousand selected tasks, from the request until the record says that it is completed."""

from __future__ import annotations

import time
from itertools import count
from typing import Any

from bare import DATABASE, Bare
from clients import Line, Refused
from figures import Figure
from servers import Server

FLOOR_SECONDS, AIM_SECONDS = 1.0, 0.4
SELECTED = 10_000
SECONDS_MAX = 60
LOOK_SECONDS = 0.01
TABLES = ("tasks", "task_inputs", "runs", "step_runs", "facts")


def run(server: Server, rows: int, times: int) -> list[Figure]:
    """Measure the best of several changes and deletions of some of the newest tasks."""
    number = min(SELECTED, rows // (2 * times))
    bare = Bare(server.dsn(), server.dsn(DATABASE))
    bare.settle(TABLES)
    line = server.line()
    priorities = count(1)
    selections = [_newest(line, number, nth) for nth in range(times)]
    change = min(_done(line, "set_priority", ids, priority=next(priorities)) for ids in selections for _ in range(2))
    dry = min(_ahead(line, "delete", ids) for ids in selections)
    delete = min(_done(line, "delete", ids) for ids in selections)
    line.close()
    share = number / SELECTED
    name = f"of {number:,} selected"
    return [
        Figure(f"change {name}", "s", change, FLOOR_SECONDS * share, AIM_SECONDS * share, bare.change(number)),
        Figure(f"delete {name}", "s", delete, FLOOR_SECONDS * share, AIM_SECONDS * share, bare.delete(number)),
        Figure(f"dry run {name}", "s", dry),
    ]


def _newest(line: Line, number: int, nth: int) -> list[str]:
    """Return ids of queued tasks, another stretch of them each time."""
    ids: list[str] = []
    cursor, skip = "", number * nth
    while len(ids) < skip + number:
        page = line.json("GET", f"/tasks?status=queued&sort=-created_at&limit=200{cursor}")
        ids += [task["id"] for task in page["items"]]
        if not page["next"]:
            raise Refused(f"only {len(ids)} queued tasks are there")
        cursor = f"&cursor={page['next']}"
    return ids[skip : skip + number]


def _body(action: str, ids: list[str], **arguments: Any) -> dict[str, Any]:
    return {"action": action, "selection": {"ids": ids}, "arguments": arguments}


def _done(line: Line, action: str, ids: list[str], **arguments: Any) -> float:
    began = time.perf_counter()
    bulk = line.json("POST", "/bulk", _body(action, ids, **arguments))
    while bulk["state"] in {"queued", "running"}:
        if time.perf_counter() - began > SECONDS_MAX:
            raise Refused(f"the bulk operation was {bulk['state']} after {SECONDS_MAX} seconds")
        time.sleep(LOOK_SECONDS)
        bulk = line.json("GET", f"/bulk/{bulk['id']}")
    seconds = time.perf_counter() - began
    assert (bulk["state"], bulk["done"]) == ("completed", len(ids)), bulk
    return seconds


def _ahead(line: Line, action: str, ids: list[str]) -> float:
    began = time.perf_counter()
    told = line.json("POST", "/bulk", {**_body(action, ids), "dry_run": True})
    assert told["done"] == len(ids), told
    return time.perf_counter() - began
