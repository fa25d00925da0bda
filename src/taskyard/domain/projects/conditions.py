"""Conditions as data: `{find.score: {lt: 0.8}}`, joined by `all`, `any` and `not`; they are compared, never run.

A condition always has an answer. A path that leads nowhere counts as null. Null equals only null, is in a
list only when null is, contains nothing and is neither less nor greater than anything. Numbers are compared
with numbers and text with text (so dates written as 2026-11-22 compare by time); every other pair is neither
less nor greater. `eq` compares whole JSON values: 1 equals 1.0, but true does not equal 1.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from taskyard.domain.projects.templates import Path, Scope, find, parse_path
from taskyard.kit.words import did_you_mean

JOINS = ("all", "any")
NOT = "not"


def holds(condition: Any, scope: Scope) -> bool:
    """Say whether the condition is met; what cannot be decided is not met. Never raises."""
    return isinstance(condition, Mapping) and all(
        _part_holds(word, wanted, scope) for word, wanted in condition.items()
    )


def _part_holds(word: str, wanted: Any, scope: Scope) -> bool:
    if word in JOINS:
        answers = (holds(part, scope) for part in _list(wanted))
        return all(answers) if word == "all" else any(answers)
    if word == NOT:
        return isinstance(wanted, Mapping) and not holds(wanted, scope)
    path = parse_path(word)
    if path is None or not isinstance(wanted, Mapping):
        return False
    found, value = find(path, scope)
    value = value if found else None
    return all(name in COMPARISONS and COMPARISONS[name](value, given) for name, given in wanted.items())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def equal(one: Any, other: Any) -> bool:
    """Say whether two JSON values are the same; true and 1 are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[name], other[name]) for name in one)
    return bool(one == other)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def is_met(value: Any, given: Any) -> bool:
        if _is_number(value) and _is_number(given):
            return compare(value, given)
        return isinstance(value, str) and isinstance(given, str) and compare(value, given)

    return is_met


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _contains(value: Any, given: Any) -> bool:
    if isinstance(value, str):
        return isinstance(given, str) and given in value
    if isinstance(value, Mapping):
        return isinstance(given, str) and given in value
    return any(equal(item, given) for item in _list(value))


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "lt": _ordered(operator.lt),
    "le": _ordered(operator.le),
    "eq": equal,
    "ne": lambda value, given: not equal(value, given),
    "ge": _ordered(operator.ge),
    "gt": _ordered(operator.gt),
    "in": lambda value, given: any(equal(value, item) for item in _list(given)),
    "contains": _contains,
    "exists": lambda value, given: (value is not None) is given,
}


def paths(condition: Any) -> list[tuple[Path, Path]]:
    """Return every path the condition reads, each with the place where it stands in the condition."""
    return list(_paths(condition, ()))


def _paths(condition: Any, where: Path) -> Iterator[tuple[Path, Path]]:
    if not isinstance(condition, Mapping):
        return
    for word, inner in condition.items():
        if word in JOINS:
            for number, part in enumerate(_list(inner)):
                yield from _paths(part, (*where, word, number))
        elif word == NOT:
            yield from _paths(inner, (*where, NOT))
        elif path := parse_path(word):
            yield path, (*where, word)


def flaws(condition: Any, where: Path = ()) -> Iterator[tuple[Path, str, str | None]]:
    """Return what is not a condition: the place, a sentence and a mend."""
    if not isinstance(condition, Mapping) or not condition:
        yield where, "A condition names a path and what it is compared with.", "Write {find.score: {lt: 0.8}}."
        return
    for word, inner in condition.items():
        if word in JOINS:
            if not isinstance(inner, list) or not inner:
                yield (*where, word), f"`{word}` takes a list of conditions.", f"Write {word}: [{{…}}, {{…}}]."
            for number, part in enumerate(_list(inner)):
                yield from flaws(part, (*where, word, number))
        elif word == NOT:
            yield from flaws(inner, (*where, NOT))
        elif parse_path(word) is None:
            mend = "Write the path as it is, without braces." if "{{" in word else "Write a path such as find.score."
            yield (*where, word), "This is not a path.", mend
        else:
            yield from _comparison_flaws(word, inner, (*where, word))


def _comparison_flaws(path: str, wanted: Any, where: Path) -> Iterator[tuple[Path, str, str | None]]:
    if not isinstance(wanted, Mapping) or not wanted:
        shape = f"{path}: {{eq: {wanted}}}" if isinstance(wanted, str | int | float) else f"{path}: {{exists: true}}"
        yield where, "This does not say how to compare.", f"Write {shape}."
        return
    for name, given in wanted.items():
        if name not in COMPARISONS:
            yield (*where, name), f"There is no comparison `{name}`.", did_you_mean(name, list(COMPARISONS))
        elif name in {"lt", "le", "ge", "gt"} and not (_is_number(given) or isinstance(given, str)):
            yield (*where, name), f"`{name}` compares with a number or a text.", None
        elif name == "in" and not isinstance(given, list):
            yield (*where, name), "`in` compares with a list.", "Write in: [a, b]."
        elif name == "exists" and not isinstance(given, bool):
            yield (*where, name), "`exists` is true or false.", None
