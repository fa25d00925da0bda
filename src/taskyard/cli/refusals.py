"""How a command says no: one sentence on standard error with what to do, and an exit code. Never a traceback."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import typer
from typer.exceptions import TyperException

from taskyard.kit.problems import Flaw, Problem

EXIT_REFUSED = 1
# The command was understood and did not get to the end its help names: rows were refused, a run failed, nothing is
# free.
EXIT_INCOMPLETE = 2


def run(command: Callable[..., Any]) -> int:
    """Run the command line and return its exit code; what it refuses is told on standard error.

    A wrong option ends with 1 like every refusal: 2 would read as "rows were refused" or "nothing is free".
    """
    try:
        code = command(standalone_mode=False, prog_name="taskyard")
    except Problem as problem:
        _say("\n".join(sentences(problem)))
    except TyperException as error:
        # Without anything, a command has shown its help already.
        if told := _one_line(error.format_message()).replace("Value error, ", ""):
            at = getattr(getattr(error, "ctx", None), "command_path", "taskyard")
            _say(f"{_ended(told)} `{at} --help` shows what it takes.")
    except typer.Abort:
        _say("Nothing was given, so nothing was done.")
    except OSError as error:
        _say(_ended(f"{error.filename}: {error.strerror}" if error.filename else str(error)))
    else:
        return code if isinstance(code, int) else 0
    return EXIT_REFUSED


def sentences(problem: Problem) -> Iterator[str]:
    """Return a refusal as a line with its mend; where several things are wrong, each has a line of its own."""
    detail = _ended(_one_line(problem.detail))
    if len(problem.flaws) == 1:
        flaw = problem.flaws[0]
        yield f"{detail} {flaw.mend or ''}".strip() if flaw.says in detail else f"{detail} {line_of(flaw)}"
        return
    yield detail
    for flaw in problem.flaws:
        if flaw.mend or flaw.says not in detail:
            yield f"  {line_of(flaw)}"


def line_of(flaw: Flaw) -> str:
    """Return a flaw with its place and its mend."""
    place = f"{flaw.place}: " if flaw.place else ""
    return _one_line(f"{place}{_ended(flaw.says)} {flaw.mend or ''}")


def _say(told: str) -> None:
    typer.echo(f"taskyard: {told}", err=True)


def _one_line(said: str) -> str:
    # What PostgreSQL and the system say may have lines and tabs of its own.
    return " ".join(said.split())


def _ended(said: str) -> str:
    """Return a sentence with the one full stop it needs."""
    said = re.sub(r"(?<=[.?!])\.+$", "", said)
    return said if said.endswith((".", "?", "!")) else f"{said}."
