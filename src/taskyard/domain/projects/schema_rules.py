"""What a JSON Schema written by a member may be: valid, local, of a known sort and cheap to check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from taskyard.kit.strict_json import DEPTH_MAX, is_deeper_than
from taskyard.kit.words import did_you_mean, shortened

Schema = Mapping[str, Any]
Place = tuple[str | int, ...]
SchemaFlaw = tuple[Place, str, str | None]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
FLAWS_MAX = 50
# How many schemas one value may be checked against. References can be nested so that each level doubles
# the work; 30 such lines would keep a worker busy for hours.
COST_MAX = 20_000

FILE_KINDS = frozenset({"image", "file", "audio", "video"})
# What an `x-kind` may be, and the JSON type it goes with.
VALUE_KINDS: Mapping[str, str] = dict.fromkeys((*sorted(FILE_KINDS), "text", "markdown"), "string") | {
    "regions": "array"
}

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_maps = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_lists = ("allOf", "anyOf", "oneOf", "prefixItems")
_singles = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
    *("unevaluatedItems", "unevaluatedProperties", "contentSchema"),
)
_references = ("$ref", "$dynamicRef", "$recursiveRef")


def schema_flaws(schema: Any, *, of: str = "input") -> list[SchemaFlaw]:
    """Return why this cannot be the schema of an input or an answer; an empty list says it can."""
    if not isinstance(schema, Mapping):
        return [((), f"The schema of the {of} is not an object.", "Write {type: object, properties: …}.")]
    if is_deeper_than(schema, DEPTH_MAX):
        return [((), f"This schema is nested more than {DEPTH_MAX} levels deep.", "Use `$defs` and `$ref`.")]
    found = list(islice(_flaws(schema, of), FLAWS_MAX))
    if found:
        return found
    if _cost(schema) > COST_MAX:
        return [((), "References in this schema multiply: checking one value would take too long.", "Make it flatter.")]
    return _compile_flaws(schema)


def _flaws(schema: Schema, of: str) -> Iterator[SchemaFlaw]:
    if schema.get("type") != "object" and not _is_misspelt(schema.get("type")):
        where: Place = ("type",) if "type" in schema else ()
        yield where, f"The {of} has to be an object.", "Write `type: object` and put the fields under `properties`."
    if schema.get("$schema", DRAFT) not in (DRAFT, DRAFT + "#"):
        yield ("$schema",), "Schemas are read as JSON Schema 2020-12.", "Remove `$schema`."
    for where, part in subschemas(schema):
        yield from _part_flaws(where, part)
    for error in _meta_validator().iter_errors(schema):
        says = f"This is not a JSON Schema: {shortened(error.message, 120)}."
        yield tuple(error.instance_path), says, _type_mend(error)


def _is_misspelt(kind: Any) -> bool:
    return isinstance(kind, str) and kind not in _TYPES  # the meta-schema says so, with a mend


def _type_mend(error: jsonschema_rs.ValidationError) -> str | None:
    path = error.instance_path
    if path and path[-1] == "type" and isinstance(error.instance, str):
        return did_you_mean(error.instance, _TYPES)
    if path and path[-1] == "required":
        return "`required` is a list beside `properties`: required: [photo]."
    return None


def _part_flaws(where: Place, part: Schema) -> Iterator[SchemaFlaw]:
    for word in _references:
        target = part.get(word)
        if isinstance(target, str) and not target.startswith("#"):
            yield (
                (*where, word),
                "This refers to a schema elsewhere.",
                "Copy that schema under `$defs` and refer to it.",
            )
    if "$id" in part:
        yield (*where, "$id"), "`$id` moves what references mean.", "Remove `$id`."
    kind = part.get("x-kind")
    if kind is None:
        return
    if not isinstance(kind, str) or kind not in VALUE_KINDS:
        yield (*where, "x-kind"), f"There is no `x-kind` called `{kind}`.", did_you_mean(str(kind), list(VALUE_KINDS))
    elif VALUE_KINDS[kind] not in (types := part.get("type", VALUE_KINDS[kind])) and isinstance(types, str | list):
        yield (*where, "type"), f"A field of kind `{kind}` is of type {VALUE_KINDS[kind]}.", None


def subschemas(schema: Any, where: Place = ()) -> Iterator[tuple[Place, Schema]]:
    """Return every schema inside a schema with its place; names of fields are not mistaken for keywords."""
    if not isinstance(schema, Mapping):
        return
    yield where, schema
    for word, inner in schema.items():
        if word in _maps and isinstance(inner, Mapping):
            for name, part in inner.items():
                yield from subschemas(part, (*where, word, name))
        elif word in _lists and isinstance(inner, list):
            for number, part in enumerate(inner):
                yield from subschemas(part, (*where, word, number))
        elif word in _singles:
            yield from subschemas(inner, (*where, word))


def resolved(root: Schema, target: str) -> Schema | None:
    """Return what a local reference `#/$defs/name` points to."""
    here: Any = root
    for part in target.removeprefix("#").split("/")[1:]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(here, list) and name.isdecimal() and int(name) < len(here):
            here = here[int(name)]
        elif isinstance(here, Mapping) and name in here:
            here = here[name]
        else:
            return None
    return here if isinstance(here, Mapping) else None


def _cost(root: Schema) -> int:
    """Return how many schemas one value meets at most; a schema that contains itself counts once on the way."""
    known: dict[int, int] = {}

    def cost(schema: Any) -> int:
        if not isinstance(schema, Mapping):
            return 0
        if id(schema) not in known:
            known[id(schema)] = 1
            known[id(schema)] = min(1 + sum(map(cost, _checked_with(schema, root))), COST_MAX + 1)
        return known[id(schema)]

    try:
        return cost(root)
    except RecursionError:
        return COST_MAX + 1


def _checked_with(schema: Schema, root: Schema) -> Iterator[Any]:
    for word, inner in schema.items():
        if word in _maps and word not in {"$defs", "definitions"} and isinstance(inner, Mapping):
            yield from inner.values()
        elif word in _lists and isinstance(inner, list):
            yield from inner
        elif word in _singles:
            yield inner
        elif word in _references and isinstance(inner, str):
            yield resolved(root, inner)


@cache
def _meta_validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator(
        {"$ref": DRAFT}, validate_formats=True, pattern_options=jsonschema_rs.RegexOptions(), offline=True
    )


def compiled(schema: Schema) -> jsonschema_rs.Validator:
    """Return the validator. It fetches nothing, and its patterns take linear time, whatever their author wrote."""
    return jsonschema_rs.Draft202012Validator(
        dict(schema), validate_formats=True, pattern_options=jsonschema_rs.RegexOptions(), offline=True
    )


def _compile_flaws(schema: Schema) -> list[SchemaFlaw]:
    try:
        compiled(schema)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError, TypeError) as error:
        says = shortened(str(getattr(error, "message", None) or error).splitlines()[0], 120)
        path = tuple(getattr(error, "instance_path", None) or ())
        mend = "References look like #/$defs/name." if "Pointer" in says else None
        if path[-1:] == ("pattern",):
            mend = "Write a regular expression without look-around and back-references."
        return [(path, f"This schema cannot be used: {says}.", mend)]
    return []
