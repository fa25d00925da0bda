"""The values steps exchange: pictures by their file, regions, lines of text, and what a schema says about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from taskyard.kit.ids import new_id

Json = dict[str, Any]

LABEL_CHARS_MAX = 200
TEXT_CHARS_MAX = 1_000_000
REGION_TEXT_CHARS_MAX = 20_000
REGIONS_MAX = 5_000
POINTS_MAX = 2_000

# Far beyond any picture; without a bound a whole number may be too long to calculate with.
COORDINATE_MAX = 1_000_000
# A canvas rounds: a region may lie this far outside the picture and is still inside.
EDGE_PIXELS = 1.0
# Thinner than this nobody sees it and nobody can have meant it.
SIDE_PIXELS_MIN = 1.0


class Size(NamedTuple):
    """How large the upright picture is, in pixels."""

    width: int
    height: int


class Fields(BaseModel):
    """What every input and output shares: no field goes unnoticed, and text is never cut or changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def of_kind(kind: str) -> JsonDict:
    """Say in the schema what a string stands for: `image`, `text`, so that forms offer the right field."""
    return {"x-kind": kind}


Number = Annotated[float, Field(ge=-COORDINATE_MAX, le=COORDINATE_MAX, allow_inf_nan=False)]
Score = Annotated[float, Field(ge=0, le=1, description="How sure the performer is, from 0 to 1.")]
FileId = Annotated[str, Field(min_length=1, max_length=64, json_schema_extra=of_kind("image"))]
Label = Annotated[str, Field(max_length=LABEL_CHARS_MAX)]
GivenLabels = Annotated[list[Annotated[str, Field(min_length=1, max_length=LABEL_CHARS_MAX)]], Field(max_length=500)]
Prompt = Annotated[str, Field(max_length=20_000, json_schema_extra=of_kind("text"))]
LongText = Annotated[str, Field(max_length=TEXT_CHARS_MAX, json_schema_extra=of_kind("text"))]
Box = Annotated[
    tuple[Number, Number, Number, Number],
    Field(description="Left, top, width and height in pixels of the upright picture."),
]
Point = tuple[Number, Number]


class Region(Fields):
    """One place in a picture: a rectangle has a box, a polygon three points or more, a point has one."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    label: Label
    shape: Literal["rectangle", "polygon", "point"]
    box: Box | None = None
    points: Annotated[list[Point], Field(min_length=1, max_length=POINTS_MAX)] | None = None
    text: Annotated[str, Field(max_length=REGION_TEXT_CHARS_MAX)] | None = None
    score: Score | None = None


class Line(Fields):
    """One line of text and the box it was read in."""

    text: Annotated[str, Field(max_length=REGION_TEXT_CHARS_MAX)]
    box: Box
    score: Score | None = None


def schema_of(model: type[BaseModel]) -> Json:
    """Return a model's JSON Schema as forms and language models want it: one piece, no nulls for what is absent."""
    written: Json = orjson.loads(_written_schema(model))  # a piece of its own, for the caller narrows it
    return written


@cache
def _written_schema(model: type[BaseModel]) -> bytes:
    schema = model.model_json_schema()
    return orjson.dumps(_plain(schema, schema.pop("$defs", {})))


def _plain(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _plain(definitions[node["$ref"].rpartition("/")[2]], definitions)
    node = {name: value for name, value in node.items() if not (name == "default" and value is None)}
    if "anyOf" in node:
        kept = [choice for choice in node.pop("anyOf") if choice != {"type": "null"}]
        node |= kept[0] if len(kept) == 1 else {"anyOf": kept}
        return _plain(node, definitions)
    return {name: _plain(value, definitions) for name, value in node.items()}


def narrowed(schema: Json, labels: Sequence[str], *, at: Sequence[str]) -> Json:
    """Restrict the string found at this path of keywords to the given labels, in a schema of the caller's own."""
    node = schema
    for keyword in at:
        node = node[keyword]
    node["enum"] = list(dict.fromkeys(labels))
    return schema


def tidy(data: Any, names: Sequence[str]) -> Json:
    """Return the object without the named fields that are null: absent and null mean the same in an answer."""
    if not isinstance(data, dict):
        return {}
    return {name: value for name, value in data.items() if value is not None or name not in names}


def tidy_region(region: Any, labels: Sequence[str] = ()) -> Any:
    """Return a region with an id, a label where only one is possible, and only the geometry its shape uses."""
    if not isinstance(region, dict):
        return region
    kept = tidy(region, ("id", "label", "box", "points", "text", "score"))
    kept.setdefault("id", str(new_id()))
    kept.setdefault("label", labels[0] if len(labels) == 1 else "")
    if "shape" not in kept:
        kept["shape"] = "rectangle" if "box" in kept else "polygon"
    unused = "points" if kept["shape"] == "rectangle" else "box"
    if {"box", "points"} <= kept.keys():
        del kept[unused]
    return kept


def bounds(points: Sequence[Sequence[float]]) -> list[float]:
    """Return the box round some points."""
    across, down = [point[0] for point in points], [point[1] for point in points]
    return [min(across), min(down), max(across) - min(across), max(down) - min(down)]


def area(points: Sequence[Sequence[float]]) -> float:
    """Return how many square pixels a polygon encloses."""
    turned = zip(points, [*points[1:], points[0]], strict=True)
    return abs(sum(one[0] * two[1] - two[0] * one[1] for one, two in turned)) / 2


def is_box(value: Any) -> bool:
    """Say whether this is four coordinates."""
    return (
        isinstance(value, list | tuple)
        and len(value) == len(("left", "top", "width", "height"))
        and _are_coordinates(value)
    )


def is_points(value: Any) -> bool:
    """Say whether this is a list of pairs of coordinates."""
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(
            isinstance(point, list | tuple) and len(point) == len(("x", "y")) and _are_coordinates(point)
            for point in value
        )
    )


def _are_coordinates(numbers: Sequence[Any]) -> bool:
    return all(isinstance(n, int | float) and not isinstance(n, bool) and abs(n) <= COORDINATE_MAX for n in numbers)


def box_of(region: Mapping[str, Any]) -> list[float] | None:
    """Return the box round a region of any shape, or None when its geometry is not usable."""
    if is_box(region.get("box")):
        return list(region["box"])
    if is_points(region.get("points")):
        return bounds(region["points"])
    return None
