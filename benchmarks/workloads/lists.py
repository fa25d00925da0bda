"""Pages of fifty of many tasks: the first, one far behind, by status, by age, by words, by a field of the input."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from urllib.parse import quote

from bare import DATABASE, Bare
from clients import Line
from figures import Figure, quantile
from servers import Server

PAGE_OF_THE_MIDDLE = 1000
FLOOR_P95_MS, AIM_P50_MS, AIM_P95_MS = 20.0, 8.0, 15.0
FLOOR_TEXT_MS, AIM_TEXT_MS = 60.0, 25.0
FLOOR_SORTED_MS, AIM_SORTED_MS = 80.0, 40.0
SEARCH_SECONDS_MAX = 900.0
# A large total is remembered for two seconds: after this pause it is counted anew.
PAUSE_SECONDS = 2.1


def run(server: Server, rows: int, times: int) -> list[Figure]:
    """Measure what a page takes, one reader asking again and again."""
    bare = Bare(server.dsn(), server.dsn(DATABASE))
    bare.settle(["tasks", "task_inputs", "runs", "step_runs", "projects"])
    line = server.line()
    far = min(PAGE_OF_THE_MIDDLE, max(2, rows // 50 - 1))
    cursor = _cursor_of(line, far)
    workspace = line.json("GET", "/me")["workspace"]["id"]
    line.close()
    figures = []
    for name, path, how in (
        ("first", "/tasks", {}),
        (f"page {far:,} by cursor", f"/tasks?cursor={cursor}", {"offset": far * 50}),
        ("by status", "/tasks?status=queued", {"status": "queued"}),
        ("by age, newest first", "/tasks?sort=-created_at", {}),
        ("by age, oldest first", "/tasks?sort=created_at", {}),
    ):
        spent = _times(server, path, range(times))
        bare_ms = quantile(bare.pages(workspace, times, **how), 0.95)
        figures += [
            Figure(f"list of {rows:,}, {name}, p50", "ms", quantile(spent, 0.5), None, AIM_P50_MS),
            Figure(f"list of {rows:,}, {name}, p95", "ms", quantile(spent, 0.95), FLOOR_P95_MS, AIM_P95_MS, bare_ms),
        ]
    figures += _text(server, bare, workspace, rows, times)
    figures += _sorted(server, bare, rows, times)
    counted = _times(server, "/tasks", _with_pauses(5))
    figures.append(Figure(f"list of {rows:,}, first, total counted anew", "ms", quantile(counted, 0.5), FLOOR_P95_MS))
    return figures


def _text(server: Server, bare: Bare, workspace: str, rows: int, times: int) -> list[Figure]:
    """Measure words that one task holds, and words that all of them do."""
    waited = bare.wait_for_search(SEARCH_SECONDS_MAX)
    bare.settle(["task_texts"])
    figures = [Figure(f"words of {rows:,} put beside them, behind the upload", "s", waited)]
    for name, words in (("rare", f"m-{rows // 2:07}"), ("common", "the parcel I ordered")):
        spent = _times(server, f"/tasks?q={quote(words)}", range(times))
        bare_ms = quantile(bare.searches(workspace, words, times), 0.95)
        what = f"text contains, {name} words, of {rows:,}"
        figures += [
            Figure(f"{what}, p50", "ms", quantile(spent, 0.5), None, AIM_TEXT_MS),
            Figure(f"{what}, p95", "ms", quantile(spent, 0.95), FLOOR_TEXT_MS, AIM_TEXT_MS, bare_ms),
        ]
    counted = _times(server, f"/tasks?q={quote('the parcel I ordered')}", _with_pauses(5))
    what = f"text contains, common words, of {rows:,}, total counted anew"
    return [*figures, Figure(what, "ms", quantile(counted, 0.5), FLOOR_TEXT_MS)]


def _sorted(server: Server, bare: Bare, rows: int, times: int) -> list[Figure]:
    """Measure a field of the input, the first time and when its values are kept in order."""
    line = server.line()
    project = line.json("GET", "/tasks?limit=1")["items"][0]["project"]["id"]
    path = f"/tasks?project={project}&sort=input.text"
    began = time.perf_counter()
    line.json("GET", path)
    first = (time.perf_counter() - began) * 1000
    line.close()
    waited = bare.wait_for_search(SEARCH_SECONDS_MAX)
    bare.settle(["task_values"])
    spent = _times(server, path, range(times))
    bare_ms = quantile(bare.sorted_pages(project, "text", times), 0.95)
    what = f"sorted by a field of the input, of {rows:,}"
    return [
        Figure(f"{what}, the first time", "ms", first),
        Figure(f"{what}, until kept in order", "s", waited),
        Figure(f"{what}, p50", "ms", quantile(spent, 0.5), None, AIM_SORTED_MS),
        Figure(f"{what}, p95", "ms", quantile(spent, 0.95), FLOOR_SORTED_MS, AIM_SORTED_MS, bare_ms),
    ]


def _times(server: Server, path: str, rounds: range | Iterator[int]) -> list[float]:
    line = server.line()
    for _ in range(20):
        line.json("GET", path)
    spent = []
    for _ in rounds:
        began = time.perf_counter()
        status, _said = line.ask("GET", path)
        spent.append((time.perf_counter() - began) * 1000)
        assert status == 200
    line.close()
    return spent


def _with_pauses(times: int) -> Iterator[int]:
    for number in count():
        if number == times:
            return
        time.sleep(PAUSE_SECONDS)
        yield number


def _cursor_of(line: Line, page: int) -> str:
    cursor = ""
    for _ in range((page - 1) * 50 // 200):
        cursor = line.json("GET", f"/tasks?limit=200{f'&cursor={cursor}' if cursor else ''}")["next"]
    return cursor
