"""The commands by name. Each loads what it needs when it is called, so that `--help` is there at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from taskyard import __version__
from taskyard.cli import exporting, refusals, remote
from taskyard.cli.people import keys, users

app = typer.Typer(
    name="taskyard",
    help="A task yard for AI data work, where people and models stand at the same line.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(users, name="user")
app.add_typer(keys, name="key")
app.command("upload")(remote.upload)
app.command("export")(exporting.export)
app.command("run")(remote.run)
app.command("next")(remote.take_next)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder.", envvar="TASKYARD_DATA")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def serve(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Run no worker beside the server.")] = False,
) -> None:
    """Run API, pages, a worker and, without DATABASE_URL, the database, in one command."""
    from taskyard.cli.serve import serve as run

    run(data=data, port=port, host=host, with_worker=not no_worker)


@app.command()
def demo(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
) -> None:
    """Run the server with two sample projects in the first workspace."""
    from taskyard.cli.demo import demo as run

    run(data=data, port=port, host=host)


@app.command()
def worker(
    data: Data = None,
    until_stdin_closes: Annotated[bool, typer.Option("--until-stdin-closes", hidden=True)] = False,
) -> None:
    """Run one more worker beside a server, on this machine or another."""
    from taskyard.cli.serve import work

    work(data=data, until_stdin_closes=until_stdin_closes)


@app.command()
def migrate(data: Data = None) -> None:
    """Bring the database's schema to this version."""
    from taskyard.cli.serve import migrate as run

    run(data=data)


@app.command()
def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Look at everything Taskyard stands on, and say what is wrong and how to mend it. Exit code 1: something is."""
    from taskyard.cli.doctor import doctor as run

    run(data=data, as_json=as_json)


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the version."""
    typer.echo(orjson.dumps({"version": __version__}).decode() if as_json else __version__)


def main() -> None:
    """Run the command; a refusal is one sentence on standard error and exit code 1."""
    sys.exit(refusals.run(app))
