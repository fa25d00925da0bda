"""`upload`, `export`, `run` and `next`: what people do from a terminal, through the public API."""

from __future__ import annotations

import mimetypes
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import orjson
import typer

from taskyard.kit.problems import Kind, Problem

if TYPE_CHECKING:
    import httpx

Url = Annotated[str, typer.Option("--url", help="Address of the server.", envvar="TASKYARD_URL")]
Key = Annotated[str, typer.Option("--key", help="A key.", envvar="TASKYARD_KEY")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
HERE = "http://127.0.0.1:8750"
LOOK_SECONDS = 0.3
EXIT_INCOMPLETE = 2
UPLOAD_ENDED = {"completed", "completed_with_errors", "failed", "cancelled"}
RUN_ENDED = {"completed", "failed", "cancelled"}


class ServerUnreachable(Problem):
    """{url} does not answer: {says}."""

    kind = Kind.UNAVAILABLE


class Refused(Problem):
    """{detail}"""  # noqa: D400 - the server's own sentence


class ProjectNotNamed(Problem):
    """{said} is not one project here; there is: {known}."""


@contextmanager
def _client(url: str, key: str) -> Iterator[httpx.Client]:
    import httpx

    headers = {"Authorization": f"Bearer {key}"}
    try:
        with httpx.Client(base_url=f"{url.rstrip('/')}/api/v1", headers=headers, timeout=60) as client:
            yield client
    except httpx.HTTPError as error:
        raise ServerUnreachable(url=url, says=str(error) or type(error).__name__) from error


def _said(response: httpx.Response) -> Any:
    if response.is_success:
        return response.json() if response.content else None
    response.read()
    try:
        body = response.json()
    except ValueError:
        raise Refused(detail=f"{response.status_code} {response.reason_phrase}.") from None
    lines = [f"  {flaw.get('place', '')}: {flaw.get('says', '')}" for flaw in body.get("errors", [])]
    raise Refused(detail="\n".join([str(body.get("detail", body)), *lines]))


def _post(client: httpx.Client, path: str, **named: Any) -> Any:
    return _said(client.post(path, headers={"Idempotency-Key": str(uuid4())}, **named))


def _project(client: httpx.Client, said: str) -> dict[str, Any]:
    known: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = _said(client.get("/projects", params={"limit": 200, **({"cursor": cursor} if cursor else {})}))
        known += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    found = [project for project in known if said in {project["id"], project["name"]}]
    if len(found) != 1:
        raise ProjectNotNamed(said=said, known=", ".join(project["name"] for project in known) or "none")
    return found[0]


def upload(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON or JSON Lines.")],
    project: Annotated[str, typer.Option(help="Name or id.")],
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="One bad row, and nothing is made.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it has ended.")] = True,
    url: Url = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Upload tasks from a file. Exit code 2: it ended with rows that were refused."""
    with _client(url, key) as client:
        found = _project(client, project)
        mode = "all_or_nothing" if all_or_nothing else "valid_rows"
        with file.open("rb") as content:
            sent = _post(
                client,
                "/uploads",
                params={"project": found["id"], "mode": mode, "name": file.name},
                content=content,
            )
        ended = _follow(client, sent, quiet=as_json) if wait else sent
        errors = _said(client.get(f"/uploads/{ended['id']}/errors"))["items"] if ended["failed"] else []
    if as_json:
        typer.echo(orjson.dumps({**ended, "errors": errors}).decode())
    else:
        typer.echo(
            f"{ended['state'].replace('_', ' ')}: {ended['rows']:,} rows, {ended['created']:,} created, "
            f"{ended['unchanged']:,} there before, {ended['failed']:,} refused."
        )
        if ended["reason"]:
            typer.echo(ended["reason"], err=True)
        for error in errors[:20]:
            typer.echo(f"  row {error['row']}, {error['field'] or 'row'}: {error['says']}", err=True)
    if wait and ended["state"] != "completed":
        sys.exit(EXIT_INCOMPLETE)


def _follow(client: httpx.Client, sent: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    shown = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=shown, disable=quiet or not shown.is_terminal) as progress:
        bar = progress.add_task(sent["file_name"], total=1.0)
        while sent["state"] not in UPLOAD_ENDED:
            time.sleep(LOOK_SECONDS)
            sent = _said(client.get(f"/uploads/{sent['id']}"))
            progress.update(bar, completed=sent["progress"], description=sent["state"].replace("_", " "))
    return sent


def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; without it, standard output.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="json or jsonl.")] = "jsonl",
    project: Annotated[str | None, typer.Option(help="Name or id.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only these; may be given several times.")] = None,
    batch: Annotated[str | None, typer.Option(help="Only this batch.")] = None,
    url: Url = HERE,
    key: Key = "",
) -> None:
    """Export tasks with their answers, as one moment in time. A file is complete or not there."""
    with _client(url, key) as client:
        asked: dict[str, Any] = {"format": form, "status": status or []}
        if project is not None:
            asked["project"] = _project(client, project)["id"]
        if batch is not None:
            asked["batch"] = batch
        with client.stream("GET", "/tasks/export", params=asked) as response:
            if not response.is_success:
                _said(response)
            if output is None:
                for chunk in response.iter_bytes():
                    sys.stdout.buffer.write(chunk)
                sys.stdout.buffer.flush()
                return
            part = output.with_name(output.name + ".part")
            with part.open("wb") as file:
                for chunk in response.iter_bytes():
                    file.write(chunk)
            part.replace(output)
    typer.echo(f"{output} has {output.stat().st_size:,} bytes.", err=True)


def run(
    app: Annotated[str, typer.Argument(help="An app: name or id.")],
    values: Annotated[list[str], typer.Argument(help="Its input: field=value, or field=@file for a file.")],
    model: Annotated[str | None, typer.Option(help="A model other than the flow's.")] = None,
    url: Url = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Run an app and wait for its output. Exit code 2: the run did not complete."""
    with _client(url, key) as client:
        found = _project(client, app)
        schema = (found["input_schema"] or {}).get("properties", {})
        given = dict(_value(client, schema, pair) for pair in values)
        settings = {"model": model} if model else {}
        started = _post(client, f"/apps/{found['id']}/runs", json={"input": given, "settings": settings})
        ended = _said(client.get(f"/runs/{started['run']['id']}"))
        while ended["state"] not in RUN_ENDED:
            time.sleep(LOOK_SECONDS)
            ended = _said(client.get(f"/runs/{ended['id']}"))
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
        path = Path(value[1:])
        if not path.is_file():
            raise typer.BadParameter(f"There is no file {path}.")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        sent = client.post(
            "/files", params={"name": path.name}, content=path.read_bytes(), headers={"Content-Type": kind}
        )
        return name, _said(sent)["id"]
    if schema.get(name, {}).get("type") in {"number", "integer", "boolean", "array", "object"}:
        try:
            return name, orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise typer.BadParameter(f"{name} takes {schema[name]['type']}, not {value}.") from error
    return name, value


def take_next(
    project: Annotated[str | None, typer.Option(help="Name or id; without it, from every queue.")] = None,
    step: Annotated[str | None, typer.Option(help="Only this step.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why this task.")] = False,
    release: Annotated[bool, typer.Option("--release", help="Give it back at once.")] = False,
    url: Url = HERE,
    key: Key = "",
) -> None:
    """Take the next work and print it as JSON; it stays held. Exit code 2: nothing is free."""
    with _client(url, key) as client:
        asked: dict[str, Any] = {"explain": explain}
        if project is not None:
            asked["project"] = _project(client, project)["id"]
        if step is not None:
            asked["step"] = step
        hold = _post(client, "/next", json=asked)
        if hold is None:
            typer.echo("Nothing is free for you.", err=True)
            sys.exit(EXIT_INCOMPLETE)
        if release:
            _post(client, f"/reservations/{hold['reservation']['id']}/release")
    typer.echo(orjson.dumps(hold, option=orjson.OPT_INDENT_2).decode())
