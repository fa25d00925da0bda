"""An example value for a schema, for the page that shows how a task is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taskyard.domain.projects.schema_rules import FILE_KINDS, Schema, resolved
from taskyard.domain.projects.schema_shapes import types_of

FILE_ID = "0199e6a4-7c1e-7000-8000-3f2b9c1d5e6f"
_LEVELS_MAX = 8
_FORMATS = {
    "date": "2026-11-22",
    "time": "14:30:00Z",
    "date-time": "2026-11-22T14:30:00Z",
    "email": "name@example.org",
    "uri": "https://example.org/",
    "uuid": FILE_ID,
}


def example_of(schema: Any, root: Schema, name: str = "", level: int = 0) -> Any:
    """Return what the author gave as example, default or choice, or a plain value of the right type."""
    if not isinstance(schema, Mapping) or level > _LEVELS_MAX:
        return None
    for word in ("examples", "enum"):
        if isinstance(given := schema.get(word), list) and given:
            return given[0]
    for word in ("const", "default"):
        if word in schema:
            return schema[word]
    types = types_of(schema) - {"null"}
    if "object" in types or "properties" in schema:
        return {field: example_of(part, root, field, level + 1) for field, part in schema.get("properties", {}).items()}
    if types:
        return _plain(max(types), schema, root, name, level)
    return None if schema.get("type") else _elsewhere(schema, root, name, level)


def _elsewhere(schema: Schema, root: Schema, name: str, level: int) -> Any:
    if isinstance(target := schema.get("$ref"), str):
        return example_of(resolved(root, target), root, name, level + 1)
    for word in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(word, ()):
            if (made := example_of(part, root, name, level + 1)) is not None:
                return made
    return name or "text"


def _plain(kind: str, schema: Schema, root: Schema, name: str, level: int) -> Any:
    if kind == "string":
        if schema.get("x-kind") in FILE_KINDS:
            return FILE_ID
        text = _FORMATS.get(schema.get("format", ""), name.replace("_", " ").capitalize() or "Text")
        return text.ljust(min(schema.get("minLength", 0), 200), "…")[: schema.get("maxLength", 200)]
    if kind == "boolean":
        return True
    if kind == "array":
        return [example_of(schema.get("items", {}), root, name, level + 1)] * max(1, min(schema.get("minItems", 1), 5))
    return _number(kind, schema)


def _number(kind: str, schema: Schema) -> int | float:
    low: int | float = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    high: int | float = schema.get("maximum", schema.get("exclusiveMaximum", low + 2))
    step: int | float = schema.get("multipleOf", 1)
    if kind == "integer" or step != 1:
        return round(-(-(low + ("exclusiveMinimum" in schema)) // step) * step, 6)
    return low + (high - low) / 2
