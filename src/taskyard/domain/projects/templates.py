"""Substitution by path: `{{ a.b[0].c }}` stands for a value, and nothing else is understood or run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from taskyard.kit.problems import Flaw, Problem
from taskyard.kit.words import counted, shortened

Path = tuple[str | int, ...]

PATH_CHARS_MAX = 500
FILLED_CHARS_MAX = 5_000_000

_name = r"[^\W\d][\w-]*"
_step = rf"\.({_name})|\[([0-9]{{1,6}})\]|\[\"([^\"\]]+)\"\]|\['([^'\]]+)'\]"
_first = re.compile(_name)
_next = re.compile(_step)
_is_plain_name = re.compile(_name)


class UnresolvedReference(Problem):
    """{reference} has no value: {why}."""


class FilledTextTooLong(Problem):
    """A text with its references filled in would be longer than {most} characters."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One `{{ … }}`: what it says, the path it means (None when it is no path), and where it stands."""

    text: str
    path: Path | None
    where: Path


def _never(_path: Path) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Scope:
    """What references may reach: `input`, and the output of each finished step by its id.

    A reference into a skipped step is null. So is one to a field that is absent although the schema
    declares it, because absent and null mean the same to whoever reads it: `declares` answers that.
    """

    values: Mapping[str, Any]
    skipped: frozenset[str] = frozenset()
    declares: Callable[[Path], bool] = field(default=_never, compare=False)


@lru_cache(maxsize=4096)
def parse_path(text: str) -> Path | None:
    """Return the parts of `a.b[0]["first name"].c`, or None when it is not a path."""
    found = _first.match(text) if len(text) <= PATH_CHARS_MAX else None
    if not found:
        return None
    parts: list[str | int] = [found.group()]
    at = found.end()
    while at < len(text):
        if not (found := _next.match(text, at)):
            return None
        name, index, double, single = found.groups()
        parts.append(int(index) if index else name or double or single)
        at = found.end()
    return tuple(parts)


def path_text(path: Path) -> str:
    """Return a path the way it is written."""
    return "".join(_part_text(part, first=n == 0) for n, part in enumerate(path))


def _part_text(part: str | int, *, first: bool) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if _is_plain_name.fullmatch(part):
        return part if first else f".{part}"
    return f'["{part}"]'


def references(value: Any) -> list[Reference]:
    """Return every `{{ … }}` in a value, in the order it is read."""
    return list(_references(value, ()))


def whole_reference(value: Any) -> Path | None:
    """Return the path of a text that is wholly one reference, and so becomes the value itself; None for all else."""
    pieces = _pieces(value) if isinstance(value, str) else ()
    first = pieces[0] if len(pieces) == 1 else None
    return parse_path(first.text) if isinstance(first, _Substitution) else None


def _references(value: Any, where: Path) -> Iterator[Reference]:
    if isinstance(value, str):
        for piece in _pieces(value):
            if isinstance(piece, _Substitution):
                yield Reference(piece.text, parse_path(piece.text), where)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _references(inner, (*where, name))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _references(inner, (*where, number))


@dataclass(frozen=True, slots=True)
class _Substitution:
    text: str


@lru_cache(maxsize=1024)
def _pieces(text: str) -> tuple[str | _Substitution, ...]:
    """Cut a text at its substitutions. Looks for each brace once: a long text of open braces stays cheap."""
    pieces: list[str | _Substitution] = []
    at = 0
    while (opened := text.find("{{", at)) >= 0 and (closed := text.find("}}", opened + 2)) >= 0:
        if opened > at:
            pieces.append(text[at:opened])
        pieces.append(_Substitution(text[opened + 2 : closed].strip()))
        at = closed + 2
    if at < len(text):
        pieces.append(text[at:])
    return tuple(pieces)


def fill(value: Any, scope: Scope) -> Any:
    """Return the value with every reference replaced; what is put in is never looked at again.

    A text that is wholly one reference becomes the value itself, with its type. Inside a longer text a
    value that is no text is written as JSON.
    """
    if isinstance(value, str):
        return _fill_text(value, scope) if "{{" in value else value
    if isinstance(value, Mapping):
        return {name: fill(inner, scope) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [fill(inner, scope) for inner in value]
    return value


def _fill_text(text: str, scope: Scope) -> Any:
    whole = _pieces(text.strip())
    if len(whole) == 1 and isinstance(whole[0], _Substitution) and (path := parse_path(whole[0].text)):
        return lookup(path, scope)
    written: list[str] = []
    length = 0
    for piece in _pieces(text):
        written.append(piece if isinstance(piece, str) else _written(piece, scope))
        length += len(written[-1])
        if length > FILLED_CHARS_MAX:
            raise FilledTextTooLong(most=f"{FILLED_CHARS_MAX:,}")
    return "".join(written)


def _written(piece: _Substitution, scope: Scope) -> str:
    if not (path := parse_path(piece.text)):
        return f"{{{{ {piece.text} }}}}"
    inner = lookup(path, scope)
    return inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False)


def lookup(path: Path, scope: Scope) -> Any:
    """Return what the path points to, null where the scope says so, or refuse with the reference's name."""
    found, value, why = _walk(path, scope)
    if found:
        return value
    text, step = path_text(path), str(path[0])
    says = f"{shortened(text)} has no value: {why}."
    mend = f"Give the step `when: {{{text}: {{exists: true}}}}`, or refer to something that is always there."
    flaw = Flaw(text, says, mend, step=None if step == "input" else step)
    raise UnresolvedReference([flaw], reference=shortened(text), step=step, why=why)


def find(path: Path, scope: Scope) -> tuple[bool, Any]:
    """Return whether the path points to anything, and what; never refuses."""
    found, value, _ = _walk(path, scope)
    return found, value


def _walk(path: Path, scope: Scope) -> tuple[bool, Any, str]:
    root = str(path[0])
    if root in scope.skipped:
        return True, None, ""
    if root not in scope.values:
        return False, None, f"no finished step is called `{root}`"
    here = scope.values[root]
    for depth, part in enumerate(path[1:], start=1):
        if _has(here, part):
            here = here[part]
        elif isinstance(here, Mapping | None) and scope.declares(path[: depth + 1]):
            return True, None, ""
        else:
            return False, None, _lacks(here, path, depth)
    return True, here, ""


def _has(here: Any, part: str | int) -> bool:
    if isinstance(part, int):
        return isinstance(here, list | tuple) and part < len(here)
    return isinstance(here, Mapping) and part in here


def _lacks(here: Any, path: Path, depth: int) -> str:
    before = f"`{path_text(path[:depth])}`"
    if isinstance(path[depth], int) and isinstance(here, list):
        return f"{before} has {counted(len(here), 'item')}"
    return f"{before} has no `{path[depth]}`"
