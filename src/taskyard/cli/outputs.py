"""Where a command writes what the server gives: a file that is whole or not there."""

from __future__ import annotations

import csv
import json
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from taskyard.kit.problems import Problem

if TYPE_CHECKING:
    import httpx


class OutputUnusable(Problem):
    """{path} cannot be written: {why}. Give another file with --output."""


def write(response: httpx.Response, file: IO[bytes], total: int | None = None) -> None:
    """Write what the server gives, and show how far it is where somebody sees it."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress

    shown = Console(stderr=True)
    is_seen = shown.is_terminal and not file.isatty()
    with Progress(BarColumn(), DownloadColumn(), console=shown, disable=not is_seen, transient=True) as progress:
        bar = progress.add_task("", total=total)
        for chunk in response.iter_bytes():
            file.write(chunk)
            progress.advance(bar, len(chunk))
    file.flush()


def tasks_in(output: Path, form: str) -> int | None:
    """Count the tasks of an export that came as a stream, whose head cannot know; None where the file does not say."""
    if zipfile.is_zipfile(output):
        with zipfile.ZipFile(output) as found:
            tasks: int = json.loads(found.read("manifest.json"))["counts"]["tasks"]
            return tasks
    if form == "csv":
        csv.field_size_limit(sys.maxsize)  # a cell may hold a whole document
        with output.open(encoding="utf-8", newline="") as text:
            return sum(1 for _ in csv.reader(text)) - 1
    if form not in {"json", "jsonl"}:
        return None
    # JSON escapes every line feed: a line is a task, but for a list of nothing.
    with output.open("rb") as lines:
        return sum(line != b"[]\n" for line in lines)


@contextmanager
def whole_file(output: Path) -> Iterator[IO[bytes]]:
    """Lend a file that gets its name when all is written; whatever goes wrong before, nothing of it stays."""
    if output.is_dir():
        raise OutputUnusable(path=output, why="it is a folder")
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(output)
    except BaseException as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputUnusable(path=output, why=(error.strerror or str(error)).lower()) from error
        raise
