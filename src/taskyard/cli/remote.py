"""`upload`, `run` and `next`: what people do from a terminal, through the public API."""

from __future__ import annotations

import mimetypes
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from taskyard.cli.outputs import whole_file, write
from taskyard.cli.refusals import EXIT_INCOMPLETE
from taskyard.cli.server import HERE, Key, Url, connected, post, project_of, said

if TYPE_CHECKING:
    import httpx

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LOOK_SECONDS = 0.3
ERRORS_SHOWN = 20
# The server tells the format by the name and the first bytes; a body without a type it refuses.
ANY_BYTES = "application/octet-stream"
UPLOAD_ENDED = {"completed", "completed_with_errors", "failed", "cancelled"}
RUN_ENDED = {"completed", "failed", "cancelled"}


def upload(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON, JSON Lines, Parquet or a ZIP.")],
    project: Annotated[str, typer.Option(help="Name or id.")] = "",
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="One bad row, and nothing is made.")] = False,
    mapped: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="Which column is which field; COLUMN= leaves it out."),
    ] = None,
    mends: Annotated[
        str, typer.Option("--mends", metavar="UPLOAD", help="The file has mended rows of this upload.")
    ] = "",
    failed_rows: Annotated[
        Path | None, typer.Option("--failed-rows", help="Write the rows that were refused to this file, to be mended.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it has ended.")] = True,
    url: Url = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Upload tasks from a file, or mended rows of an upload. Exit code 2: rows were refused, or the whole file was."""
    if bool(project) == bool(mends):
        raise typer.BadParameter("Give either --project, for new tasks, or --mends, for mended rows of an upload.")
    with connected(url, key) as client:
        asked, where = {"name": file.name}, f"/uploads/{mends}/mended"
        if project:
            asked |= {
                "project": project_of(client, project)["id"],
                "mode": "all_or_nothing" if all_or_nothing else "valid_rows",
            }
            if mapped:
                asked["mapping"] = orjson.dumps(dict(map(_goes, mapped))).decode()
            where = "/uploads"
        with file.open("rb") as content:
            sent = post(client, where, params=asked, content=content, headers={"Content-Type": ANY_BYTES})
        ended = _follow(client, sent, quiet=as_json) if wait else sent
        is_whole = ended["state"] == "completed" or not wait
        errors = [] if is_whole else said(client.get(f"/uploads/{ended['id']}/errors"))["items"]
        if failed_rows is not None and ended["failed"]:
            _save(client, f"/uploads/{ended['id']}/failed-rows", failed_rows)
    if as_json:
        typer.echo(orjson.dumps({**ended, "errors": errors}).decode())
    else:
        _show_upload(ended, errors)
    if not is_whole:
        sys.exit(EXIT_INCOMPLETE)


def _goes(pair: str) -> tuple[str, str | None]:
    column, equals, field = pair.rpartition("=")
    if not equals or not column:
        raise typer.BadParameter(f"{pair} is not COLUMN=FIELD.")
    return column, field or None


def _save(client: httpx.Client, path: str, output: Path) -> None:
    with client.stream("GET", path) as response:
        if not response.is_success:
            said(response)
        with whole_file(output) as file:
            write(response, file)
    typer.echo(f"The refused rows are in {output}.", err=True)


def _show_upload(ended: dict[str, Any], errors: list[dict[str, Any]]) -> None:
    typer.echo(
        f"{ended['state'].replace('_', ' ')}: {ended['rows']:,} rows, {ended['created']:,} created, "
        f"{ended['unchanged']:,} there before, {ended['failed']:,} refused."
    )
    if ended["reason"]:
        typer.echo(ended["reason"], err=True)
    for error in errors[:ERRORS_SHOWN]:
        # Row 0 is the file itself.
        at = [f"row {error['row']}" if error["row"] else "", error["field"] or ""]
        typer.echo(f"  {', '.join(filter(None, at)) or 'the file'}: {error['says']}", err=True)
    if len(errors) > ERRORS_SHOWN:
        typer.echo("  … and more; --json and the page of the upload show them.", err=True)


def _follow(client: httpx.Client, sent: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    shown = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=shown, disable=quiet or not shown.is_terminal) as progress:
        bar = progress.add_task(sent["file_name"], total=1.0)
        while sent["state"] not in UPLOAD_ENDED:
            time.sleep(LOOK_SECONDS)
            sent = said(client.get(f"/uploads/{sent['id']}"))
            progress.update(bar, completed=sent["progress"], description=sent["state"].replace("_", " "))
    return sent


def run(
    app: Annotated[str, typer.Argument(help="An app: name or id.")],
    values: Annotated[
        list[str] | None, typer.Argument(help="Its input: field=value, or field=@file for a file.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="A model other than the flow's.")] = None,
    url: Url = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Run an app and wait for its output. Exit code 2: the run did not complete."""
    with connected(url, key) as client:
        found = project_of(client, app)
        schema = (found["input_schema"] or {}).get("properties", {})
        given = dict(_value(client, schema, pair) for pair in values or ())
        settings = {"model": model} if model else {}
        started = post(client, f"/apps/{found['id']}/runs", json={"input": given, "settings": settings})
        ended = said(client.get(f"/runs/{started['run']['id']}"))
        while ended["state"] not in RUN_ENDED:
            time.sleep(LOOK_SECONDS)
            ended = said(client.get(f"/runs/{ended['id']}"))
    if as_json:
        typer.echo(orjson.dumps(ended).decode())
    elif ended["state"] == "completed":
        typer.echo(orjson.dumps(ended["output"], option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(f"{ended['state']}: {ended['reason'] or ''}", err=True)
    if ended["state"] != "completed":
        sys.exit(EXIT_INCOMPLETE)


def _value(client: httpx.Client, schema: dict[str, Any], pair: str) -> tuple[str, Any]:
    name, equals, value = pair.partition("=")
    if not equals:
        raise typer.BadParameter(f"{pair} is not field=value.")
    if value.startswith("@"):
        return name, _given_file(client, Path(value[1:]))
    types = _types_of(schema.get(name))
    if not types or "string" in types:
        return name, value
    try:
        return name, orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise typer.BadParameter(f"{name} takes {' or '.join(types)}, not {value}.") from error


def _types_of(part: Any) -> list[str]:
    types = part.get("type", []) if isinstance(part, dict) else []
    return [types] if isinstance(types, str) else list(types)


def _given_file(client: httpx.Client, path: Path) -> str:
    if not path.is_file():
        raise typer.BadParameter(f"There is no file {path}.")
    kind = mimetypes.guess_type(path.name)[0] or ANY_BYTES
    with path.open("rb") as content:
        sent = post(client, "/files", params={"name": path.name}, content=content, headers={"Content-Type": kind})
    return str(sent["id"])


def take_next(
    project: Annotated[str | None, typer.Option(help="Name or id; without it, from every queue.")] = None,
    step: Annotated[str | None, typer.Option(help="Only this step.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why this task.")] = False,
    release: Annotated[bool, typer.Option("--release", help="Give it back at once.")] = False,
    url: Url = HERE,
    key: Key = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print it in one line, for programs.")] = False,
) -> None:
    """Take the next work and print it as JSON; it stays held. Exit code 2: nothing is free."""
    with connected(url, key) as client:
        asked: dict[str, Any] = {"explain": explain}
        if project is not None:
            asked["project"] = project_of(client, project)["id"]
        if step is not None:
            asked["step"] = step
        hold = post(client, "/next", json=asked)
        if hold is None:
            typer.echo("Nothing is free for you.", err=True)
            sys.exit(EXIT_INCOMPLETE)
        if release:
            post(client, f"/reservations/{hold['reservation']['id']}/release")
    typer.echo(orjson.dumps(hold, option=0 if as_json else orjson.OPT_INDENT_2).decode())
