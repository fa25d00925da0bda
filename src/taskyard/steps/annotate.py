"""Annotate: a picture and a prompt in, regions with labels out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any

from pydantic import Field

from taskyard.kit.ids import new_id
from taskyard.kit.problems import Flaw
from taskyard.steps import values
from taskyard.steps.checking import FLAWS_MAX, at
from taskyard.steps.contract import StepKind, given_labels
from taskyard.steps.values import FileId, GivenLabels, Json, LongText, Prompt, Region, Score, Size

POLYGON_POINTS_MIN = 3


class AnnotateInput(values.Fields):
    """What there is to annotate, and what is wanted."""

    image: Annotated[FileId, Field(description="The picture.")]
    prompt: Annotated[Prompt, Field(description="What to find or draw, in words.")] | None = None
    labels: Annotated[GivenLabels, Field(description="The labels to choose from; without, any.")] | None = None
    prefill: Annotated[Any, Field(description="An answer to start from.")] = None


class AnnotateOutput(values.Fields):
    """The regions found, and the picture they are drawn on."""

    regions: Annotated[list[Region], Field(max_length=values.REGIONS_MAX)]
    text: Annotated[LongText, Field(description="What the regions say, in reading order.")] | None = None
    score: Score | None = None
    image: Annotated[FileId, Field(description="The picture with the regions drawn on it.")] | None = None


class Annotate(StepKind):
    """Regions with labels on a picture."""

    use = "annotate"
    title = "Annotate a picture"
    description = "Find or draw regions on a picture and give each a label."
    Input = AnnotateInput
    Output = AnnotateOutput

    def output_schema(self, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json:
        """Return regions whose labels are the given ones, or any text when none were given."""
        del declared_output
        schema = values.schema_of(AnnotateOutput)
        if labels := given_labels(step_with):
            where = ("properties", "regions", "items", "properties", "label")
            schema = values.narrowed(schema, labels, at=where)
        return schema

    def normalise(self, answer: Any, step_with: Mapping[str, Any]) -> Json:
        """Return the answer with an id in every region and one geometry per shape."""
        kept = values.tidy(answer, ("text", "score", "image"))
        if isinstance(kept.get("regions"), list):
            labels = given_labels(step_with)
            kept["regions"] = [values.tidy_region(region, labels) for region in kept["regions"]]
        return kept

    def _rule_flaws(self, answer: Json, step_with: Mapping[str, Any], sizes: Mapping[str, Size]) -> list[Flaw]:
        return list(islice(_region_flaws(answer["regions"], sizes.get(str(step_with.get("image")))), FLAWS_MAX))

    def from_prefill(self, data: Any, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json | None:
        """Start from regions, or from lines of text with their boxes."""
        del declared_output
        found = data if isinstance(data, list) else _regions_in(data)
        if found is None or not all(isinstance(region, dict) for region in found):
            return None
        regions = [_as_region(region) for region in found]
        if None in regions:
            return None
        labels = given_labels(step_with)
        started: Json = {"regions": [_relabelled(region, labels) for region in regions if region is not None]}
        if isinstance(data, dict):
            started |= {name: data[name] for name in ("text", "score") if name in data}
        return self.normalise(started, step_with)


def _regions_in(data: Any) -> list[Any] | None:
    if not isinstance(data, dict):
        return None
    found = data.get("regions", data.get("lines"))
    return found if isinstance(found, list) else None


def _as_region(item: Json) -> Json | None:
    if "shape" in item:
        return {name: item[name] for name in Region.model_fields if name in item}
    if not values.is_box(item.get("box")) or not isinstance(item.get("text"), str):
        return None
    line = {name: item[name] for name in ("box", "text", "score") if item.get(name) is not None}
    return {"id": str(new_id()), "label": "text", "shape": "rectangle", **line}


def _relabelled(region: Json, labels: list[str]) -> Json:
    """Keep a label this step knows, in its own spelling; the only label there is, or none, replaces a foreign one."""
    if not labels:
        return region
    spelling = {label.casefold(): label for label in reversed(labels)}
    label = region.get("label")
    known = spelling.get(label.casefold()) if isinstance(label, str) else None
    only = labels[0] if len(labels) == 1 else ""
    return {**region, "label": only if known is None else known}


def _region_flaws(regions: list[Json], size: Size | None) -> Iterator[Flaw]:
    seen: dict[str, int] = {}
    for number, region in enumerate(regions):
        place = at("regions", number)
        first = seen.setdefault(region["id"], number)
        if first != number:
            yield Flaw(at(place, "id"), f"Regions {first + 1} and {number + 1} have the same id.", "Leave the id out.")
        yield from _geometry_flaws(region, place)
        yield from outside_flaws(values.box_of(region), size, place, f"Region {number + 1}")


def _geometry_flaws(region: Json, place: str) -> Iterator[Flaw]:
    shape = region["shape"]
    wants, other = ("box", "points") if shape == "rectangle" else ("points", "box")
    if wants not in region:
        yield Flaw(at(place, wants), f"This {shape} has no {wants}.", f"Give its {wants}.")
        return
    if other in region:
        yield Flaw(at(place, other), f"A {shape} has no {other}.", "Leave it out.")
    points = region.get("points", ())
    if shape == "rectangle":
        yield from box_flaws(region["box"], at(place, "box"))
    elif shape == "polygon" and len(points) < POLYGON_POINTS_MIN:
        yield Flaw(at(place, "points"), f"This polygon has {len(points)} points.", "Give three or more.")
    elif shape == "polygon" and values.area(points) < values.SIDE_PIXELS_MIN**2:
        yield Flaw(at(place, "points"), "This polygon encloses nothing.", "Draw it again, or delete it.")
    elif shape == "point" and len(points) != 1:
        yield Flaw(at(place, "points"), f"This point has {len(points)} points.", "Give exactly one.")


def box_flaws(box: list[float], place: str) -> Iterator[Flaw]:
    """Return why a box cannot be seen."""
    if min(box[2:]) < values.SIDE_PIXELS_MIN:
        says = f"This box is {box[2]:g} by {box[3]:g} pixels."
        yield Flaw(place, says, "Draw it at least 1 pixel wide and high, or delete it.")


def outside_flaws(box: list[float] | None, size: Size | None, place: str, name: str) -> Iterator[Flaw]:
    """Return why a box does not lie in the picture; a pixel of rounding is forgiven."""
    if box is None or size is None:
        return
    left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
    slack = values.EDGE_PIXELS
    if left < -slack or top < -slack or right > size.width + slack or bottom > size.height + slack:
        says = (
            f"{name} reaches from {left:g}, {top:g} to {right:g}, {bottom:g};"
            f" the picture is {size.width} by {size.height} pixels."
        )
        yield Flaw(place, says, "Move it inside the picture.")
