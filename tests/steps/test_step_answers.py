"""Answers are checked alike for people and models: each flaw at its place, with its mend."""

from __future__ import annotations

from typing import Any

import pytest

from taskyard.steps.annotate import Annotate
from taskyard.steps.classify import Classify
from taskyard.steps.contract import StepKind
from taskyard.steps.fill import Fill
from taskyard.steps.transcribe import Transcribe
from taskyard.steps.values import Size

SIZES = {"photo": Size(640, 480)}
PHOTO = {"image": "photo"}
LABELLED = {"image": "photo", "labels": ["item", "total"]}


def region(**fields: Any) -> dict[str, Any]:
    return {"id": "r1", "label": "item", "shape": "rectangle", "box": [10, 20, 30, 40], **fields}


def polygon(*points: list[float]) -> dict[str, Any]:
    return {"id": "p", "label": "item", "shape": "polygon", "points": [list(point) for point in points]}


def flaws(kind: StepKind, answer: Any, given: dict[str, Any], declared: dict[str, Any] | None = None) -> dict[str, str]:
    """Check an answer as the server does, and return what is wrong by place."""
    found = kind.check(kind.normalise(answer, given), given, declared, sizes=SIZES)
    return {flaw.place: f"{flaw.says} {flaw.mend or ''}".strip() for flaw in found}


def test_a_good_answer_has_no_flaws() -> None:
    regions = [region(), polygon([0, 0], [9, 0], [9, 9]), region(id="r3", label="total", text="12.40", score=0.98)]
    point = {"id": "c", "label": "item", "shape": "point", "points": [[5, 5]]}
    assert flaws(Annotate(), {"regions": [*regions, point], "text": "x", "score": 1}, LABELLED) == {}
    assert flaws(Transcribe(), {"text": "a", "lines": [{"text": "a", "box": [0, 0, 640, 480]}]}, PHOTO) == {}
    assert flaws(Classify(), {"labels": ["item"], "scores": {"item": 0.9}, "score": 0.9}, LABELLED) == {}


@pytest.mark.parametrize(
    ("wrong", "place", "says"),
    [
        ({}, "regions", "`regions` is missing."),
        ({"regions": [], "colour": "red"}, "", "no field called `colour`"),
        ({"regions": ["x"]}, "regions[0]", 'not of type "object"'),
        ({"regions": [region(label="cat")]}, "regions[0].label", "Choose `item` or `total`."),
        ({"regions": [region(label="")]}, "regions[0].label", "Choose `item` or `total`."),
        ({"regions": [region(), region()]}, "regions[1].id", "Regions 1 and 2 have the same id."),
        ({"regions": [region(box=[0, 0, 0, 5])]}, "regions[0].box", "0 by 5 pixels"),
        ({"regions": [region(box=[600, 0, 50, 5])]}, "regions[0]", "the picture is 640 by 480 pixels"),
        ({"regions": [region(box=[-5, 0, 50, 5])]}, "regions[0]", "Move it inside the picture."),
        ({"regions": [region(box=[1, 2, 3])]}, "regions[0].box", "less than 4 items"),
        ({"regions": [region(box=[1, 2, 3, "4"])]}, "regions[0].box[3]", 'not of type "number"'),
        ({"regions": [region(box=[1, 2, 3, float("inf")])]}, "regions[0].box[3]", "not finite"),
        ({"regions": [region(box=[1, 2, 3, 10**400])]}, "regions[0].box[3]", "greater than the maximum of 1000000"),
        ({"regions": [region(box=None)]}, "regions[0].box", "This rectangle has no box."),
        ({"regions": [polygon([0, 0], [9, 9])]}, "regions[0].points", "Give three or more."),
        ({"regions": [polygon([0, 0], [9, 9], [18, 18])]}, "regions[0].points", "encloses nothing"),
        ({"regions": [polygon([0, 0], [9, 0], [9, 999])]}, "regions[0]", "reaches from 0, 0 to 9, 999"),
        ({"regions": [region(score=2)]}, "regions[0].score", "greater than the maximum"),
        ({"regions": [region(text="x" * 20_001)]}, "regions[0].text", "longer than 20,000 characters"),
        ({"regions": [region(text="\ud800")]}, "regions[0].text", "half of a character"),
        ({"regions": [region(shape="star")]}, "regions[0].shape", "Choose `rectangle`, `polygon` or `point`."),
    ],
)
def test_each_flaw_of_an_annotation_is_told_at_its_place(wrong: Any, place: str, says: str) -> None:
    found = flaws(Annotate(), wrong, LABELLED)
    assert list(found) == [place]
    assert says in found[place]


def test_a_pixel_of_rounding_at_the_edge_is_forgiven() -> None:
    assert flaws(Annotate(), {"regions": [region(box=[-0.6, 0, 640.9, 480.4])]}, LABELLED) == {}


def test_places_are_not_checked_against_a_picture_of_unknown_size() -> None:
    answer = {"regions": [region(box=[5000, 0, 50, 50])]}
    assert Annotate().check(answer, LABELLED) == []


def test_a_region_gets_what_only_one_value_is_possible_for() -> None:
    given = {"image": "photo", "labels": ["item"]}
    kept = Annotate().normalise({"regions": [{"box": [1, 2, 3, 4], "text": None}], "text": None}, given)
    (only,) = kept["regions"]
    assert len(only.pop("id")) == 36
    assert only == {"label": "item", "shape": "rectangle", "box": [1, 2, 3, 4]}
    assert "text" not in kept


def test_normalising_twice_changes_nothing_more() -> None:
    once = Annotate().normalise({"regions": [{"box": [1, 2, 3, 4]}]}, {})
    assert Annotate().normalise(once, {}) == once


@pytest.mark.parametrize(
    ("answer", "given", "place", "says"),
    [
        ({"labels": []}, LABELLED, "labels", "less than 1 item"),
        ({"labels": ["item", "total"]}, LABELLED, "labels", "more than 1 item"),
        ({"labels": ["cat"]}, LABELLED, "labels[0]", "Choose `item` or `total`."),
        ({"labels": ["item", "item"]}, {**LABELLED, "multiple": True}, "labels", "non-unique"),
        ({"labels": ["item"], "scores": {"cat": 0.4}}, LABELLED, "scores.cat", "not one of the labels"),
        ({"labels": ["item"], "scores": {"item": 4}}, LABELLED, "scores.item", "greater than the maximum"),
    ],
)
def test_each_flaw_of_a_classification_is_told(answer: Any, given: dict[str, Any], place: str, says: str) -> None:
    found = flaws(Classify(), answer, given)
    assert says in found[place]


def test_equal_choices_become_equal_answers() -> None:
    given = {"text": "x", "labels": ["a", "b", "c"], "multiple": True}
    assert Classify().normalise({"labels": ["c", "a"]}, given) == Classify().normalise({"labels": ["a", "c"]}, given)
    assert Classify().normalise({"labels": "b"}, given) == {"labels": ["b"]}


def test_a_person_may_type_a_text_without_drawing_lines() -> None:
    assert flaws(Transcribe(), {"text": "Corner Cafe"}, PHOTO) == {}


def test_a_line_outside_the_picture_is_told() -> None:
    found = flaws(Transcribe(), {"text": "a", "lines": [{"text": "a", "box": [0, 0, 641.5, 9]}]}, PHOTO)
    assert "Line 1 reaches" in found["lines[0]"]


FORM = {
    "type": "object",
    "required": ["total"],
    "additionalProperties": False,
    "properties": {"total": {"type": "number", "minimum": 0}, "date": {"type": "string", "format": "date"}},
}


def test_a_form_is_checked_by_its_declared_schema() -> None:
    assert flaws(Fill(), {"total": 12.4, "date": "2026-11-22"}, {}, FORM) == {}
    found = flaws(Fill(), {"total": -1, "date": "22.11.", "tip": 1}, {}, FORM)
    assert "less than the minimum of 0" in found["total"]
    assert "Write it as year-month-day" in found["date"]
    assert "no field called `tip`" in found[""]


def test_a_form_of_more_than_a_megabyte_is_refused() -> None:
    (flaw,) = Fill().check({"text": "x" * 1_000_001}, {}, {"type": "object"})
    assert "1.0 MB" in flaw.says


def test_an_answer_may_not_be_bottomless() -> None:
    deep: dict[str, Any] = {}
    for _ in range(200):
        deep = {"a": deep}
    (flaw,) = Fill().check(deep, {}, {"type": "object"})
    assert "64 levels" in flaw.says


def test_a_schema_that_refers_to_itself_without_end_is_survived() -> None:
    assert Fill().check({"a": 1}, {}, {"type": "object", "$ref": "#"}) == []


def test_a_number_too_long_to_write_is_told_and_a_long_one_is_kept_exact() -> None:
    (flaw,) = Fill().check({"total": 10**4400}, {}, FORM)
    assert (flaw.place, flaw.mend) == ("total", "Give it as text.")
    assert Fill().check({"total": 10**4000}, {}, FORM) == []
