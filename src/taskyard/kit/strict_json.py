"""JSON as we accept and give it: exact whole numbers, no repeated names, nothing the database cannot keep."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import datetime
from json import JSONDecodeError
from typing import Any

import orjson

from taskyard.kit.words import shortened

DEPTH_MAX = 64
DIGITS_MAX = 4_300
_CONTAINERS = (dict, list)

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class NotStrictJson(ValueError):  # noqa: N818 - refusals are sentences
    """Why a text is not accepted as JSON; `position` counts characters from the start of the text."""

    def __init__(self, says: str, mend: str | None = None, position: int | None = None) -> None:
        super().__init__(says)
        self.says, self.mend, self.position = says, mend, position


def loads(text: str) -> Any:
    """Return the one value the text holds, or say why not."""
    try:
        value, end = scan(text, 0 if text[:1] == "{" else spaces_end(text, 0))
    except JSONDecodeError as error:
        raise _plainly(error) from None
    if end != len(text) and (rest := spaces_end(text, end)) != len(text):
        raise NotStrictJson("holds something after its end", "Keep one value.", rest)
    return value


def dumps(value: Any) -> bytes:
    """Return a value as JSON. Whole numbers stay exact, those of more than 64 bits too, which orjson refuses."""
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return json.dumps(value, default=_as_text, ensure_ascii=False, separators=(",", ":")).encode()


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def scan(text: str, start: int) -> tuple[Any, int]:
    """Return the value that begins exactly at `start`, and where it ends.

    Raises JSONDecodeError where the text is no JSON, or ends too early; NotStrictJson where it is
    JSON that we refuse, after which `skip` still finds its end.
    """
    try:
        value, end = _strict.raw_decode(text, start)
    except RecursionError:
        raise _too_deep() from None
    except (JSONDecodeError, NotStrictJson):
        raise
    except ValueError:  # int() has its own limit, which is ours
        raise NotStrictJson(f"holds a number of more than {DIGITS_MAX:,} digits", "Give it as text.") from None
    # Counting brackets and looking for an escape is quick; only what looks suspicious is walked through.
    if text.count("{", start, end) + text.count("[", start, end) > DEPTH_MAX and is_deeper_than(value, DEPTH_MAX):
        raise _too_deep()
    if text.find("\\u", start, end) >= 0 and (bad := next(_unstorable(value), None)):
        raise bad
    return value, end


def skip(text: str, start: int) -> int:
    """Return where the value at `start` ends, whatever it holds; refuses like `scan`."""
    try:
        return _lax.raw_decode(text, start)[1]
    except RecursionError:
        raise _too_deep() from None


def spaces_end(text: str, start: int) -> int:
    """Return the position of the next character that is not white space."""
    found = _spaces.match(text, start)
    return found.end() if found else start


def is_deeper_than(value: Any, most: int) -> bool:
    """Say whether containers are nested more than `most` deep, without recursion."""
    level = [value] if isinstance(value, _CONTAINERS) else []
    for _ in range(most):
        if not level:
            return False
        inside = [outer.values() if isinstance(outer, dict) else outer for outer in level]
        level = [inner for inners in inside for inner in inners if isinstance(inner, _CONTAINERS)]
    return bool(level)


def _unstorable(value: Any) -> Iterator[NotStrictJson]:
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, str):
            if bad := unstorable_in(here):
                yield NotStrictJson(*bad)
        elif isinstance(here, dict):
            waiting.extend(here.values())
            waiting.extend(here)
        elif isinstance(here, list):
            waiting.extend(here)


def unstorable_in(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a text that the database cannot keep, and the mend."""
    if not (found := UNSTORABLE.search(text)):
        return None
    if found.group() == "\x00":
        return "holds the character U+0000", "Remove it; it cannot be stored."
    return "holds half of a character (a lone surrogate)", "Write the character whole."


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # One dict per object is built anyway; comparing sizes is what finding a repeated name costs.
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise NotStrictJson(f"has the name `{shortened(name, 60)}` twice", "Keep one of the two.")
            seen.add(name)
    return made


def _decimal(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise NotStrictJson(f"holds {shortened(text, 40)}, a number too large to keep", "Give it as text.")
    return value


def _constant(text: str) -> Any:
    raise NotStrictJson(f"holds {text}, which is not JSON", "Use null, or leave the field out.")


def _too_deep() -> NotStrictJson:
    return NotStrictJson(f"is nested more than {DEPTH_MAX} levels deep", "Make it flatter.")


def _plainly(error: JSONDecodeError) -> NotStrictJson:
    position = min(error.pos, len(error.doc))
    says, mend = plainly(error)
    return NotStrictJson(says, mend, position)


def plainly(error: JSONDecodeError) -> tuple[str, str | None]:
    """Return what the standard library's message means, and the mend."""
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated"):
        return "is not JSON: it ends too early", "Check that every quote, bracket and brace is closed."
    for beginning, (says, mend) in _MEANINGS.items():
        if error.msg.startswith(beginning):
            return f"is not JSON: {says}", mend
    return f"is not JSON: {error.msg}", None


_MEANINGS = {
    "Expecting value": (
        "a value is missing or not in quotes",
        "Text needs double quotes; true, false and null do not.",
    ),
    "Expecting property name": ("a name is not in double quotes", "Put names in double quotes; no comma before `}`."),
    "Illegal trailing comma": ("there is a comma before a closing bracket", "Remove the comma."),
    "Expecting ',' delimiter": ("a comma is missing", "Put a comma between two values."),
    "Expecting ':' delimiter": ("a colon is missing", "Put a colon between a name and its value."),
    "Invalid control character": ("a text holds a line break or a tab", "Write it as \\n or \\t."),
    "Invalid \\": ("a backslash is followed by a letter that means nothing", "Write a backslash twice."),
}
_spaces = re.compile(r"[ \t\n\r]*")
_strict = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_decimal, parse_constant=_constant)
_lax = json.JSONDecoder(parse_int=str, parse_float=str)
