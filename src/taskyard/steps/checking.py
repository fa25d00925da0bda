"""Checking an answer against a schema, with sentences a person can act on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import jsonschema_rs
import orjson

from taskyard.kit.problems import Flaw

FLAWS_MAX = 50
DEPTH_MAX = 64
DIGITS_MAX = 4_300  # Python reads and writes no longer ones
_TOO_LONG = 10**DIGITS_MAX
SHOWN_CHARS = 120


def at(place: str, part: str | int) -> str:
    """Return a place one step further in: `regions` and 3 give `regions[3]`."""
    if isinstance(part, int):
        return f"{place}[{part}]"
    return f"{place}.{part}" if place else part


def place_of(path: Iterable[str | int], root: str = "") -> str:
    """Return a path as people read it: `regions[3].box[2]`."""
    place = root
    for part in path:
        place = at(place, part)
    return place


def storable_flaws(value: Any, place: str = "") -> list[Flaw]:
    """Return what JSON or the database cannot keep: NaN, U+0000, lone surrogates, bottomless nesting.

    Ask this first: the schema validator is only safe on values that pass.
    """
    return list(islice(_unstorable(value, place, DEPTH_MAX), FLAWS_MAX))


def _unstorable(value: Any, place: str, depth_left: int) -> Iterator[Flaw]:
    if isinstance(value, str):
        yield from _unstorable_text(value, place)
    elif isinstance(value, int | float):
        yield from _unstorable_number(value, place)
    elif isinstance(value, dict | list):
        yield from _unstorable_parts(value, place, depth_left)
    elif value is not None:
        yield Flaw(place, f"A {type(value).__name__} cannot be kept as JSON.", "Use text, numbers, lists and objects.")


def _unstorable_parts(value: dict[Any, Any] | list[Any], place: str, depth_left: int) -> Iterator[Flaw]:
    if depth_left == 0:
        yield Flaw(place[:SHOWN_CHARS], f"This is nested more than {DEPTH_MAX} levels deep.", "Make it flatter.")
        return
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _unstorable(inner, at(place, number), depth_left - 1)
        return
    for name, inner in value.items():
        bad = (
            list(_unstorable_text(name, place))
            if isinstance(name, str)
            else [Flaw(place, "A name is not text.", "Use text.")]
        )
        yield from bad or _unstorable(inner, at(place, name), depth_left - 1)


def _unstorable_number(number: float, place: str) -> Iterator[Flaw]:
    if isinstance(number, int):  # a bool is one too, and passes
        if abs(number) >= _TOO_LONG:
            yield Flaw(place, f"This number has more than {DIGITS_MAX:,} digits.", "Give it as text.")
    elif not math.isfinite(number):
        yield Flaw(place, "This number is not finite.", "Give a number, or leave the field out.")


def _unstorable_text(text: str, place: str) -> Iterator[Flaw]:
    if "\x00" in text:
        yield Flaw(place, "This text contains the character U+0000.", "Remove it; it cannot be stored.")
    elif not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        yield Flaw(place, "This text contains half of a character (a lone surrogate).", "Paste the text again.")


def schema_flaws(answer: Any, schema: Mapping[str, Any], place: str = "") -> list[Flaw]:
    """Return where the answer does not fit the schema, at most 50 places, each with a mend where one is known."""
    validator = _validator(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))
    return [_flaw(error, place) for error in islice(validator.iter_errors(answer), FLAWS_MAX)]


@lru_cache(maxsize=512)
def _validator(schema: bytes) -> jsonschema_rs.Validator:
    # Offline, because a schema is written by users and a reference must fetch nothing. Patterns by the
    # linear engine, because a backtracking one can be made to run for minutes by its author.
    return jsonschema_rs.Draft202012Validator(
        orjson.loads(schema),
        validate_formats=True,
        pattern_options=jsonschema_rs.RegexOptions(),
        offline=True,
        mask="this value",  # a long value would push the reason out of the sentence
    )


def _flaw(error: jsonschema_rs.ValidationError, root: str) -> Flaw:
    place = place_of(error.instance_path, root)
    keyword, told = error.kind.name, error.kind.as_dict()
    if keyword == "required":
        return Flaw(at(place, told["property"]), f"`{told['property']}` is missing.", "Add it.")
    if keyword == "additionalProperties":
        names = [str(name) for name in told["unexpected"]]
        return Flaw(place, f"There is no field called {_listed(names)}.", "Remove it, or correct its name.")
    if keyword == "enum":
        return Flaw(place, _capital(_short(error.message)) + ".", f"Choose {_choices(told['options'])}.")
    if keyword == "maxLength":
        return Flaw(place, f"This text is longer than {told['limit']:,} characters.", "Shorten it.")
    if keyword == "format":
        return Flaw(place, f"This is not a {told['format']}.", _FORMATS.get(told["format"]))
    return Flaw(place, _capital(_short(error.message)) + ".", None)


_FORMATS = {
    "date": "Write it as year-month-day: 2026-11-22.",
    "time": "Write it as 14:30:00Z.",
    "date-time": "Write it as 2026-11-22T14:30:00Z.",
    "email": "Write it as name@example.org.",
    "uri": "Write it whole, with https:// in front.",
}


def _choices(options: Sequence[Any]) -> str:
    return _listed([str(option) for option in options], word="or")


def _listed(names: Sequence[str], word: str = "and", most: int = 12) -> str:
    shown = [f"`{_short(name, 40)}`" for name in names[:most]] or ["nothing"]
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def _short(text: str, most: int = SHOWN_CHARS) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
