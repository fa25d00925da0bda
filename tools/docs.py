"""Write the pages of docs/ that are made from the code: every setting, and every table of states and moves.

`python tools/docs.py` writes them; with `--check` it says which are not as the code has them, and writes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Literal, get_args, get_origin

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from pydantic.fields import FieldInfo  # noqa: E402 - the package may not be installed where this runs

import taskyard.domain  # noqa: E402
from taskyard.kit.lifecycle import Lifecycle  # noqa: E402
from taskyard.kit.settings import Settings  # noqa: E402

MADE = "<!-- Made from the code by `python tools/docs.py`. Change the code, then run it again. -->"


def main() -> None:
    """Write every page, or only compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end non-zero when a page is not current")
    only_compare = parser.parse_args().check
    stale = [path for path, text in pages().items() if not path.is_file() or path.read_text("utf-8") != text]
    for path in stale:
        if not only_compare:
            path.write_text(pages()[path], "utf-8")
        print(f"{'is not current' if only_compare else 'written'}: {path.relative_to(ROOT)}")
    raise SystemExit(1 if stale and only_compare else 0)


def pages() -> dict[Path, str]:
    """Return what each page says."""
    return {
        ROOT / "docs" / "settings.md": "\n".join(settings_page()),
        ROOT / "docs" / "lifecycles.md": "\n".join(lifecycles_page()),
    }


def settings_page() -> Iterator[str]:
    """Say of every setting its name, its variable, its default and what it is for."""
    yield "# Settings"
    yield ""
    yield MADE
    yield ""
    yield "Set them as environment variables, or in `taskyard.toml` in the data folder: `name = value`, one a line."
    yield "The environment wins over the file, the command line over both. A value that cannot be used, and a name that"
    yield "is misspelt, keep Taskyard from starting and are named."
    yield ""
    yield "| name | variable | takes | default | |"
    yield "|---|---|---|---|---|"
    for name, field in Settings.model_fields.items():
        row = (f"`{name}`", f"`{Settings.variable(name)}`", _takes(field), _default(field), field.description or "")
        yield f"| {' | '.join(row)} |"
    yield ""


def _takes(field: FieldInfo) -> str:
    kinds = [kind for kind in get_args(field.annotation) or (field.annotation,) if kind is not type(None)]
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(field.annotation))
    words = {"int": "a whole number", "float": "a number", "bool": "true or false", "Path": "a path"}
    says = words.get(kinds[0].__name__, "text")
    for limit in field.metadata:
        for sign, word in (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below")):
            if (bound := getattr(limit, sign, None)) is not None:
                says += f", {word} {bound}"
    return says


def _default(field: FieldInfo) -> str:
    if field.default is None:
        return "none"
    return f"`{field.default}`"


def lifecycles_page() -> Iterator[str]:
    """Draw every lifecycle: its states, and which move leads from where to where."""
    yield "# Lifecycles"
    yield ""
    yield MADE
    yield ""
    yield "Each noun has one table of states and moves. A move that is not in it does not exist: the API answers 409"
    yield "with the state and the moves that are allowed, and the database refuses any other state."
    for home, lifecycle in lifecycles():
        yield ""
        yield f"## {lifecycle.thing.capitalize()}"
        yield ""
        yield f"In `{home}`. It begins as **{lifecycle.start}**."
        yield ""
        yield "| from | move | to |"
        yield "|---|---|---|"
        for move, (sources, target) in lifecycle.moves.items():
            starts = ", ".join(state for state in lifecycle.states if state in sources)
            yield f"| {starts} | `{move}` | {target} |"
        ends = ", ".join(state for state in lifecycle.states if lifecycle.is_final(state))
        yield ""
        yield f"Nothing leaves {ends}." if ends else "No state is final."
    yield ""


def lifecycles() -> Iterator[tuple[str, Lifecycle[Any]]]:
    """Find the lifecycles in the rules of every house."""
    for house in iter_modules(taskyard.domain.__path__):
        path = Path(taskyard.domain.__path__[0]) / house.name / "rules.py"
        if path.is_file():
            rules = import_module(f"taskyard.domain.{house.name}.rules")
            for value in vars(rules).values():
                if isinstance(value, Lifecycle):
                    yield path.relative_to(ROOT).as_posix(), value


if __name__ == "__main__":
    main()
