"""Which regions stand on which picture, read from a task's answers to steps that annotate."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from taskyard.domain.exports.rules import Answers
from taskyard.domain.exports.wanted import Wanted
from taskyard.domain.projects import Flow, Result, UnresolvedReference, fill
from taskyard.steps.values import area, box_of, is_points

Flows = Mapping[tuple[UUID, int], Flow]
Json = dict[str, Any]

NO_ANSWER = "no annotate answer"
NO_PICTURE = "the picture is gone"
POINT = "points, which boxes and polygons cannot show"
UNLABELLED = "unlabelled"
_FROM = re.compile(r"\s*\{\{\s*([^\W\d][\w-]*)")


class Region(NamedTuple):
    """One region: its label, its box, its outline, and the answer it is from."""

    label: str
    box: list[float]
    outline: list[list[float]]
    is_polygon: bool
    answer: Json
    score: float | None


class Pictured(NamedTuple):
    """One picture of a task with its regions. `file` is what is known of the picture."""

    file: Json
    regions: list[Region]


class Found(NamedTuple):
    """What a task has for an export of pictures; without a picture, why."""

    task: Json
    pictures: list[Pictured]
    why_none: str | None
    points: int


def read(line: bytes, wanted: Wanted, flows: Flows) -> Found:
    """Return a task's pictures with their regions.

    Where a step began with the regions of another, only the later one counts: both would show every region twice.
    """
    task = json.loads(line)
    given = [answer for answer in task["answers"] if answer["use"] == "annotate"]
    given = [answer for answer in given if wanted.answers_of in {None, answer["step"]}]
    if wanted.answers is not Answers.ALL:
        given = _that_count(task, given, flows)
    if not given:
        return Found(task, [], NO_ANSWER, 0)
    files = {file["id"]: file for file in task["files"] if file["width"] and file["height"]}
    pictures: dict[str, Pictured] = {}
    points = 0
    for answer in given:
        file = files.get(str(_picture_of(task, answer, flows)))
        if file is None:
            continue
        regions = [region for each in answer["data"].get("regions", ()) if (region := _region(each, answer, file))]
        points += len(answer["data"].get("regions", ())) - len(regions)
        pictures.setdefault(file["id"], Pictured(file, [])).regions.extend(regions)
    return Found(task, list(pictures.values()), None if pictures else NO_PICTURE, points)


def labels_of(flows: Flows) -> list[str]:
    """Return the labels that annotating steps offer, in the order of the flows, so that classes keep their numbers."""
    steps = (step for flow in flows.values() for step in flow.steps if step.use == "annotate")
    offered = (step.with_.get("labels") for step in steps)
    return list(dict.fromkeys(label for labels in offered if isinstance(labels, list) for label in labels))


def _that_count(task: Json, given: list[Json], flows: Flows) -> list[Json]:
    # As in a run: of several answers to a step people's word counts, and of several of theirs the last.
    ordered = sorted(given, key=lambda answer: (answer["by"]["kind"] == "member", answer["id"]))
    last = {answer["step"]: answer for answer in ordered}
    refined = {_began_with(task, answer, flows) for answer in last.values()}
    return [answer for step, answer in last.items() if step not in refined]


def _began_with(task: Json, answer: Json, flows: Flows) -> str | None:
    step = _step_of(task, answer, flows)
    found = _FROM.match(step.prefill) if step is not None and isinstance(step.prefill, str) else None
    return found.group(1) if found else None


def _step_of(task: Json, answer: Json, flows: Flows) -> Any:
    flow = flows.get((UUID(task["project"]["id"]), answer["flow_version"]))
    steps: Iterable[Any] = flow.steps if flow is not None else ()
    return next((step for step in steps if step.id == answer["step"]), None)


def _picture_of(task: Json, answer: Json, flows: Flows) -> Any:
    """Return the id of the picture that was annotated: what the step's `image` meant in that run."""
    step = _step_of(task, answer, flows)
    if step is None:
        return None
    of_run = [other for other in task["answers"] if other["run"] == answer["run"]]
    done = {other["step"]: Result("completed", other["data"]) for other in of_run if other["kind"] == "answer"}
    flow = flows[UUID(task["project"]["id"]), answer["flow_version"]]
    try:
        return fill(step.with_.get("image"), flow.scope(task["input"], done))
    except UnresolvedReference:
        return None


def _region(given: Any, answer: Json, file: Json) -> Region | None:
    box = box_of(given) if isinstance(given, dict) else None
    if box is None or given.get("shape") == "point":
        return None
    points = given.get("points")
    is_polygon = given.get("shape") == "polygon" and is_points(points)
    left, top, right, bottom = _inside(box[0], box[1], box[0] + box[2], box[1] + box[3], file)
    corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
    outline = [list(_inside(x, y, x, y, file)[:2]) for x, y in points] if is_polygon else corners
    label = given.get("label") or UNLABELLED
    return Region(label, [left, top, right - left, bottom - top], outline, is_polygon, answer, given.get("score"))


def _inside(left: float, top: float, right: float, bottom: float, file: Json) -> tuple[float, float, float, float]:
    # A canvas rounds: a region may lie a pixel outside of its picture.
    wide, high = file["width"], file["height"]
    return (
        _number(min(max(left, 0), wide)),
        _number(min(max(top, 0), high)),
        _number(min(max(right, 0), wide)),
        _number(min(max(bottom, 0), high)),
    )


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else round(float(value), 3)


def size_of(region: Region) -> float:
    """Return how many square pixels a region covers."""
    return round(area(region.outline), 3) if region.is_polygon else round(region.box[2] * region.box[3], 3)
