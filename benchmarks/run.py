"""Measure Taskyard through its public API, beside the bare database, on this machine: `make bench ARGS="--rows 10000"`.

Starts its own servers in folders of its own, ends them, and takes about three minutes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from figures import Figure, markdown, show, write
from servers import Server
from workloads import archives, bulk, export, hand_out, lists, start_up, tasks_page, upload, upload_large

NAMES = ("start-up", "upload", "lists", "tasks-page", "hand-out", "export", "bulk", "archives")
# Only when they are asked for: they take minutes, and gigabytes of the disk.
AT_LENGTH = ("upload-1gb",)


def main() -> None:
    """Run what was asked for, and show it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="tasks to upload (default 100,000)")
    parser.add_argument(
        "--only", choices=NAMES + AT_LENGTH, action="append", help="this workload alone; may be repeated"
    )
    parser.add_argument("--seconds", type=float, default=10, help="length of one round of the hand-out")
    parser.add_argument("--times", type=int, default=3, help="rounds, of which the best counts")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--markdown", type=Path, help="also write the table for docs/performance.md to this file")
    asked = parser.parse_args()
    figures = []
    for figure in measured(asked.only or NAMES, asked.rows, asked.seconds, asked.times):
        print(f"  {figure.what}: {figure.measured:,.2f} {figure.unit}", file=sys.stderr, flush=True)
        figures.append(figure)
    show(figures)
    if asked.json:
        write(figures, asked.json)
    if asked.markdown:
        asked.markdown.write_text(markdown(figures))


def measured(names: tuple[str, ...] | list[str], rows: int, seconds: float, times: int) -> Iterator[Figure]:
    """Yield the figures as they come. What needs tasks shares one server with one upload behind it."""
    if "start-up" in names:
        yield from start_up.run(times)
    if "upload" in names:
        with Server() as server:
            yield from upload.run(server, "json", rows)
        # Among tasks of its own, which the lists would count.
        with Server() as server:
            yield from upload.run_again(server, "csv", rows)
    if "upload-1gb" in names:
        with Server() as server:
            yield from upload_large.run(server)
    if "bulk" in names:
        # By itself: what it deletes, the others would miss.
        with Server() as server:
            upload.run(server, "csv", rows)
            yield from bulk.run(server, rows, times)
    if "archives" in names:
        with Server() as server:
            upload.run(server, "csv", rows)
            yield from archives.run(server, rows)
    if not {"upload", "lists", "tasks-page", "hand-out", "export"} & set(names):
        return
    with Server() as server:
        uploaded = upload.run(server, "csv", rows)
        if "upload" in names:
            yield from uploaded
        later: dict[str, Callable[[], list[Figure]]] = {
            "lists": lambda: lists.run(server, rows, times * 100),
            "tasks-page": lambda: tasks_page.run(server, rows, times),
            "hand-out": lambda: hand_out.run(server, rows, seconds, times),
            "export": lambda: export.run(server, rows, times),
        }
        for name in NAMES:
            if name in names and name in later:
                yield from later[name]()


if __name__ == "__main__":
    main()
