"""What a schema tells about a path before there is a value: what is there, and whether it fits where it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taskyard.domain.projects.schema_rules import FILE_KINDS, Schema, resolved
from taskyard.domain.projects.templates import Path
from taskyard.kit.words import listed

_NAMES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_BRANCHES_MAX = 200


@dataclass(frozen=True, slots=True)
class Shape:
    """The schemas a path may lead to; none when the schema does not say, or `missing` when it cannot exist."""

    schemas: tuple[Schema, ...] = ()
    missing_at: int | None = None
    says: str = ""
    names: tuple[str, ...] = ()


def shape_at(schema: Schema, path: Path) -> Shape:
    """Follow a path through a schema, as far as the schema tells."""
    here = list(_branches(schema, schema))
    for depth, part in enumerate(path):
        further: list[Schema] = []
        is_open = False
        names: list[str] = []
        for branch in here:
            found = _inside(branch, part)
            is_open = is_open or found is True
            if isinstance(found, Mapping):
                further += _branches(found, schema)
            names += branch.get("properties", {})
        if not further and not is_open:
            return Shape(missing_at=depth, says=_lacks(here, part, names), names=tuple(dict.fromkeys(names)))
        if not further:
            return Shape()
        here = further[:_BRANCHES_MAX]
    return Shape(tuple(here))


def _branches(schema: Any, root: Schema, budget: list[int] | None = None) -> Iterator[Schema]:
    """Return the schemas a value may follow: the schema itself, what it refers to, and its alternatives."""
    budget = budget if budget is not None else [_BRANCHES_MAX]
    budget[0] -= 1
    if not isinstance(schema, Mapping) or budget[0] < 0:
        return
    inner = [part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, ())]
    if isinstance(target := schema.get("$ref"), str):
        inner.append(resolved(root, target))
    if not inner or schema.keys() & {"type", "properties", "items", "x-kind"}:
        yield schema
    for part in inner:
        yield from _branches(part, root, budget)


def _inside(schema: Schema, part: str | int) -> Schema | bool:  # noqa: PLR0911 - one line per rule of JSON Schema
    """Return the schema of one part, True when anything may be there, False when nothing can be."""
    types = types_of(schema)
    if isinstance(part, int):
        if types and "array" not in types:
            return False
        first = schema.get("prefixItems", [])
        if part < len(first):
            return first[part] if isinstance(first[part], Mapping) else True
        items = schema.get("items", True)
        return items if isinstance(items, Mapping) else bool(items)
    if types and "object" not in types:
        return False
    fields = schema.get("properties", {})
    if part in fields:
        return fields[part] if isinstance(fields[part], Mapping) else True
    if "patternProperties" in schema:
        return True
    # JSON Schema lets undeclared fields pass, but a reference to one is a slip, unless the author opened the door.
    others = schema.get("additionalProperties", not fields)
    return others if isinstance(others, Mapping) else bool(others)


def _lacks(here: list[Schema], part: str | int, names: list[str]) -> str:
    if names and isinstance(part, str):
        return f"has no field `{part}`; it has {listed(list(dict.fromkeys(names)))}"
    types = sorted({name for branch in here for name in types_of(branch) or ()} - {"null"})
    what = " or ".join(_NAMES[name] for name in types) or "empty"
    return f"is {what}, so it has no {f'item [{part}]' if isinstance(part, int) else f'field `{part}`'}"


def types_of(schema: Schema) -> frozenset[str]:
    """Return the JSON types a schema allows; empty when it does not say."""
    said = schema.get("type")
    if isinstance(said, str):
        return frozenset({said})
    if isinstance(said, list):
        return frozenset(said)
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return frozenset(type_of(value) for value in values)


def type_of(value: Any) -> str:
    """Return the JSON type of a value."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    for kind, name in ((str, "string"), (int, "integer"), (float, "number"), (Mapping, "object")):
        if isinstance(value, kind):
            return name
    return "array"


def in_words(types: frozenset[str] | list[str], word: str = "or") -> str:
    """Return types as people say them: `text or a number`."""
    return f" {word} ".join(_NAMES.get(name, name) for name in sorted(types))


def misfit(given: Shape, wanted: Schema) -> str | None:
    """Return why what a path leads to does not fit the field it is put in: a half sentence, or None."""
    wishes = list(_branches(wanted, wanted))
    if not given.schemas or not wishes:
        return None
    reasons = [_misfit(one, wish) for one in given.schemas for wish in wishes]
    return None if None in reasons else reasons[0]


def _misfit(given: Schema, wanted: Schema) -> str | None:
    is_kind, wants_kind = given.get("x-kind"), wanted.get("x-kind")
    has, takes = types_of(given), types_of(wanted)
    if wants_kind in FILE_KINDS:
        if (is_kind in FILE_KINDS and wants_kind in {is_kind, "file"}) or not (has or is_kind):
            return None
        what = f"of kind `{is_kind}`" if is_kind else in_words(has - {"null"}) or "null"
        return f"is {what}, and a field of kind `{wants_kind}` is wanted"
    if is_kind in FILE_KINDS and takes and "string" in takes:
        return f"is of kind `{is_kind}`, and text is wanted"
    if not takes or not has - {"null"}:
        return None
    if _with_integer(has - {"null"}) & _with_integer(takes):
        return _items_misfit(given, wanted) if "array" in has & takes else None
    return f"is {in_words(has - {'null'})}, and {in_words(takes - {'null'})} is wanted"


def _items_misfit(given: Schema, wanted: Schema) -> str | None:
    has, takes = given.get("items"), wanted.get("items")
    reason = _misfit(has, takes) if isinstance(has, Mapping) and isinstance(takes, Mapping) else None
    return f"is a list; an item {reason}" if reason else None


def _with_integer(types: frozenset[str]) -> frozenset[str]:
    return types | {"integer", "number"} if types & {"integer", "number"} else types
