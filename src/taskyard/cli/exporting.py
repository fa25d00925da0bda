"""`export`: tasks out of the yard, as one stream, or made by the server in the background and fetched."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import orjson
import typer

from taskyard.cli.outputs import tasks_in, whole_file, write
from taskyard.cli.refusals import EXIT_INCOMPLETE
from taskyard.cli.server import HERE, Key, Refused, Url, connected, post, project_of, said
from taskyard.kit.problems import Problem
from taskyard.kit.words import counted

if TYPE_CHECKING:
    import httpx

LOOK_SECONDS = 0.3
ENDED = {"completed", "failed", "cancelled"}
NOT_FOUND = "not found: deleted, archived or never here"
Several = list[str] | None
# Where the server names a field, the option it was given by.
OPTIONS = {
    **{
        name: f"--{name}" for name in ("format", "answers", "include", "project", "status", "step", "batch", "consumer")
    },
    "answers_of": "--answers-of",
    "ids": "--task",
    "q": "--contains",
}


class JsonNeedsOutput(Problem):
    """With --json the export itself goes into a file: name one with --output."""


def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; without it, standard output.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="json, jsonl, csv, parquet, coco or yolo.")] = "jsonl",
    answers: Annotated[str, typer.Option(help="final, latest, step or all.")] = "final",
    answers_of: Annotated[str | None, typer.Option(help="Only the answers of this step.")] = None,
    include: Annotated[Several, typer.Option(help="events, or files; may be given twice.")] = None,
    project: Annotated[Several, typer.Option(help="Name or id; may be given several times.")] = None,
    status: Annotated[Several, typer.Option(help="Only these; may be given several times.")] = None,
    step: Annotated[str | None, typer.Option(help="Only tasks that stand at this step.")] = None,
    batch: Annotated[str | None, typer.Option(help="Only this batch.")] = None,
    words: Annotated[str | None, typer.Option("--contains", help="Only tasks with these words.")] = None,
    task: Annotated[Several, typer.Option(help="Only this task, by its id; may be given several times.")] = None,
    only: Annotated[
        Several, typer.Option("--filter", help="Any other filter of the list: name=value, as redo=true.")
    ] = None,
    consumer: Annotated[
        str | None, typer.Option(help="Only what changed since the last export for this name; in the background.")
    ] = None,
    background: Annotated[bool, typer.Option("--background", help="Have it made and kept by the server.")] = False,
    url: Url = HERE,
    key: Key = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was exported as JSON; needs --output.")] = False,
) -> None:
    """Export tasks with their answers, as one moment in time. A file is complete or not there.

    Exit code 2: an export in the background did not complete.
    """
    if as_json and output is None:
        raise JsonNeedsOutput
    with connected(url, key) as client:
        given = {"status": status, "step": step, "batch": batch, "q": words, "ids": task}
        asked: dict[str, Any] = {name: value for name, value in given.items() if value}
        if project:
            asked["project"] = [project_of(client, name)["id"] for name in project]
        for pair in only or ():
            name, value = _pair(pair)
            asked.setdefault(name, []).append(value)
        how = {"format": form, "answers": answers, "include": include or []}
        how |= {"answers_of": answers_of} if answers_of else {}
        with _own_words():
            if consumer is None and not background:
                told = _stream(client, {**asked, **how}, output)
            else:
                told = _fetch(client, _ask(asked, how, consumer), output, quiet=as_json)
    if as_json:
        typer.echo(orjson.dumps(told).decode())
        return
    if output is not None:
        tasks = "" if told["tasks"] is None else f"{counted(told['tasks'], 'task')}, "
        typer.echo(f"{output} has {tasks}{output.stat().st_size:,} bytes.", err=True)
    for reason, number in told["left_out"].items():
        typer.echo(f"Left out: {number:,} {reason}.", err=True)


@contextmanager
def _own_words() -> Iterator[None]:
    """Have a refusal name the options of this command where the server names its own fields."""
    try:
        yield
    except Refused as refused:
        flaws = [replace(flaw, place=_option(flaw.place)) for flaw in refused.flaws]
        places = {flaw.place: _option(flaw.place) for flaw in refused.flaws if flaw.place}
        detail = refused.detail.replace("`answers=step`", "`--answers step`").replace("`answers_of`", "`--answers-of`")
        for place, option in places.items():
            detail = detail.replace(f"{place}:", f"{option}:")
        raise Refused(flaws, detail=detail) from refused


def _option(place: str) -> str:
    """Return `--task` for `selection.filter.ids[0]`."""
    name = place.removeprefix("selection.").removeprefix("filter.").partition("[")[0]
    return OPTIONS.get(name, f"--filter {name}" if place else "")


def _pair(said_pair: str) -> tuple[str, str]:
    name, equals, value = said_pair.partition("=")
    if not equals:
        raise typer.BadParameter(f"{said_pair} is not name=value.")
    return name, value


def _ask(asked: dict[str, Any], how: dict[str, Any], consumer: str | None) -> dict[str, Any]:
    # What may be several is a list in a body; what may not was given once.
    lists = {"project", "status", "audit", "reserved_by", "answered_by", "metadata", "ids"}
    narrowed = {
        name: value[0] if isinstance(value, list) and name not in lists and len(value) == 1 else value
        for name, value in asked.items()
    }
    body = {**how, "selection": {"filter": narrowed, "except": []}}
    return {**body, "consumer": consumer} if consumer is not None else body


def _stream(client: httpx.Client, asked: dict[str, Any], output: Path | None) -> dict[str, Any]:
    with client.stream("GET", "/tasks/export", params=asked) as response:
        if not response.is_success:
            said(response)
        with _place(output) as file:
            write(response, file, None)
        missing = int(response.headers.get("taskyard-not-found", 0))
    return {
        "file": str(output),
        "snapshot_at": response.headers.get("taskyard-snapshot"),
        "tasks": None if output is None else tasks_in(output, asked["format"]),
        "left_out": {NOT_FOUND: missing} if missing else {},
    }


def _fetch(client: httpx.Client, body: dict[str, Any], output: Path | None, *, quiet: bool) -> dict[str, Any]:
    ended = _follow(client, post(client, "/exports", json=body), quiet=quiet)
    if ended["state"] != "completed":
        typer.echo(f"{ended['state']}: {ended['reason'] or ''}", err=True)
        sys.exit(EXIT_INCOMPLETE)
    with client.stream("GET", f"/exports/{ended['id']}/download") as response:
        if not response.is_success:
            said(response)
        with _place(output) as file:
            write(response, file, ended["bytes"])
    return {**ended, "file": str(output)}


def _follow(client: httpx.Client, sent: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    shown = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=shown, disable=quiet or not shown.is_terminal) as progress:
        bar = progress.add_task(sent["state"], total=1.0)
        while sent["state"] not in ENDED:
            time.sleep(LOOK_SECONDS)
            sent = said(client.get(f"/exports/{sent['id']}"))
            progress.update(bar, completed=sent["progress"], description=sent["state"])
    return sent


def _place(output: Path | None) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdout.buffer) if output is None else whole_file(output)
