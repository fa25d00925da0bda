"""Why a value does not fit its schema, as a half sentence that follows the name of the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from taskyard.domain.projects.schema_shapes import in_words, type_of
from taskyard.kit.problems import Flaw
from taskyard.kit.words import counted, did_you_mean, listed, nearest, shortened, shown


def place_of(path: tuple[str | int, ...] | list[str | int]) -> str:
    """Return a path as people read it: `lines[3].amount`."""
    place = ""
    for part in path:
        place = f"{place}[{part}]" if isinstance(part, int) else f"{place}.{part}" if place else part
    return place


def flaws_of(error: jsonschema_rs.ValidationError, fields: list[str]) -> Iterator[Flaw]:
    """Return what one finding of the validator means; `fields` are the names the schema knows at the top."""
    path = list(error.instance_path)
    keyword, told = error.kind.name, error.kind.as_dict()
    if keyword == "required":
        yield Flaw(place_of([*path, told["property"]]), "is required")
    elif keyword in {"additionalProperties", "unevaluatedProperties"}:
        for name in told["unexpected"]:
            mend = did_you_mean(name, fields if not path else [], "Remove it.")
            yield Flaw(place_of([*path, name]), "is not a field of this input", mend)
    else:
        says, mend = _says(keyword, told, error)
        yield Flaw(place_of(path), says, mend, value=shown(error.instance))


def _says(  # noqa: PLR0911 - one line per keyword
    keyword: str, told: Mapping[str, Any], error: jsonschema_rs.ValidationError
) -> tuple[str, str | None]:
    value = error.instance
    if keyword == "type":
        return must_be(told["types"], value), None
    if keyword == "enum":
        return _one_of(told["options"], value)
    if keyword == "format":
        name = told["format"]
        return f"must be {_FORMATS.get(name, (f'a {name}', None))[0]}", _FORMATS.get(name, ("", None))[1]
    if keyword in {"anyOf", "oneOf"} and (types := _wanted_types(error)):
        return must_be(types, value), None
    if keyword in _LIMITS:
        return _LIMITS[keyword].format(_number(told.get("limit"))), None
    if keyword in _COUNTS:
        return _count(keyword, int(told["limit"])), None
    if keyword == "const":
        return f"must be {shown(told['expected_value'])}", None
    if keyword == "pattern":
        return f"must match the pattern {shortened(told['pattern'], 100)}", None
    if keyword == "multipleOf":
        return f"must be a multiple of {told['multiple_of']}", None
    return _OTHERS.get(keyword) or f"does not fit: {shortened(error.message)}", None


def must_be(types: list[str], value: Any) -> str:
    """Return `must be a number, not text`."""
    is_whole = "integer" in types and isinstance(value, float)
    what = shown(value) if is_whole else in_words([type_of(value)])
    return f"must be {in_words(types)}, not {what}"


def _one_of(options: list[Any], value: Any) -> tuple[str, str | None]:
    names = [option if isinstance(option, str) else shown(option) for option in options]
    meant = nearest(value, names) if isinstance(value, str) else None
    return f"must be one of {listed(names, 'or')}", f"Did you mean `{meant}`?" if meant else None


def _wanted_types(error: jsonschema_rs.ValidationError) -> list[str]:
    """Return the types wanted when every alternative fails by its type alone, else nothing."""
    types: list[str] = []
    for branch in error.kind.as_dict().get("context", []):
        first = branch[0] if len(branch) == 1 else None
        if first is None or first.kind.name != "type" or list(first.instance_path) != list(error.instance_path):
            return []
        types += first.kind.as_dict()["types"]
    return list(dict.fromkeys(types))


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _count(keyword: str, limit: int) -> str:
    if keyword == "minLength" and limit == 1:
        return "must not be empty"
    verb, noun = _COUNTS[keyword]
    return f"must have {verb} {counted(limit, noun)}"


_LIMITS = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
}
_COUNTS = {
    "minLength": ("at least", "character"),
    "maxLength": ("at most", "character"),
    "minItems": ("at least", "item"),
    "maxItems": ("at most", "item"),
    "minProperties": ("at least", "field"),
    "maxProperties": ("at most", "field"),
}
_OTHERS = {
    "uniqueItems": "must not hold the same item twice",
    "not": "is not allowed to have this value",
    "falseSchema": "must be left out",
    "anyOf": "fits none of the forms it may have",
    "oneOf": "must fit exactly one of the forms it may have",
    "contains": "lacks an item it must have",
    "propertyNames": "has a field whose name is not allowed",
}
_FORMATS: Mapping[str, tuple[str, str | None]] = {
    "date": ("a date", "Write it as year-month-day: 2026-11-22."),
    "time": ("a time", "Write it as 14:30:00Z."),
    "date-time": ("a date with a time", "Write it as 2026-11-22T14:30:00Z."),
    "email": ("an e-mail address", "Write it as name@example.org."),
    "uri": ("a web address", "Write it whole, with https:// in front."),
    "uuid": ("a UUID", "It looks like 0199e6a4-7c1e-7000-8000-3f2b9c1d5e6f."),
}
