"""A step may start from another step's answer, where the two kinds have something in common."""

from __future__ import annotations

from typing import Any

from taskyard.steps.annotate import Annotate
from taskyard.steps.classify import Classify
from taskyard.steps.fill import Fill
from taskyard.steps.transcribe import Transcribe

READ = {"text": "Coffee 3.50", "lines": [{"text": "Coffee 3.50", "box": [1, 2, 30, 4], "score": 0.9}], "score": 0.9}
DRAWN = {
    "regions": [
        {"id": "r1", "label": "Total", "shape": "rectangle", "box": [0, 9, 5, 5], "text": "12.40", "score": 0.8},
        {"id": "r2", "label": "cat", "shape": "polygon", "points": [[0, 0], [4, 0], [4, 6]], "text": "meow"},
    ],
    "score": 0.8,
    "image": "drawn-by-the-other-step",
}
LABELLED = {"image": "photo", "labels": ["item", "total"]}
FORM = {
    "type": "object",
    "properties": {"total": {"type": "number"}, "text": {"$ref": "#/$defs/t"}},
    "$defs": {"t": {}},
}


def labels_of(answer: dict[str, Any] | None) -> list[str]:
    assert answer is not None
    return [region["label"] for region in answer["regions"]]


def test_regions_start_regions_and_keep_the_labels_this_step_knows() -> None:
    started = Annotate().from_prefill(DRAWN, LABELLED)
    assert labels_of(started) == ["total", ""]
    assert started is not None
    assert "image" not in started
    assert [flaw.place for flaw in Annotate().check(started, LABELLED)] == ["regions[1].label"]


def test_a_step_with_one_label_gives_it_to_all() -> None:
    assert labels_of(Annotate().from_prefill(DRAWN, {"image": "photo", "labels": ["line"]})) == ["line", "line"]


def test_a_bare_list_of_regions_starts_regions_too() -> None:
    assert labels_of(Annotate().from_prefill(DRAWN["regions"], {"image": "photo"})) == ["Total", "cat"]


def test_lines_of_text_start_regions() -> None:
    started = Annotate().from_prefill(READ, {"image": "photo"})
    assert started is not None
    assert Annotate().check(started, {"image": "photo"}) == []
    (region,) = started["regions"]
    assert region.pop("id")
    assert region == {
        "label": "text",
        "shape": "rectangle",
        "box": [1, 2, 30, 4],
        "text": "Coffee 3.50",
        "score": 0.9,
    }


def test_regions_with_text_start_a_transcription() -> None:
    started = Transcribe().from_prefill(DRAWN, {"image": "photo"})
    assert started is not None
    assert started["text"] == "12.40\nmeow"
    assert [line["box"] for line in started["lines"]] == [[0, 9, 5, 5], [0, 0, 4, 6]]
    assert Transcribe().check(started, {"image": "photo"}) == []


def test_a_text_starts_a_transcription() -> None:
    assert Transcribe().from_prefill("Coffee", {"image": "photo"}) == {"text": "Coffee", "lines": []}
    assert Transcribe().from_prefill(READ, {"image": "photo"}) == READ
    assert Transcribe().from_prefill({"text": "Coffee", "lines": True}, {}) == {"text": "Coffee", "lines": []}


def test_labels_start_a_classification_where_this_step_has_them() -> None:
    given = {"text": "x", "labels": ["item", "total"]}
    assert Classify().from_prefill({"labels": ["TOTAL", "cat"]}, given) == {"labels": ["total"]}
    assert Classify().from_prefill("item", given) == {"labels": ["item"]}
    assert Classify().from_prefill({"labels": ["cat"]}, given) is None


def test_a_form_starts_from_the_fields_that_fit() -> None:
    assert Fill().from_prefill({"total": 3, "other": 1}, {}, FORM) == {"total": 3}
    assert Fill().from_prefill({"total": "three"}, {}, FORM) is None
    assert Fill().from_prefill({"text": "read"}, {}, FORM) == {"text": "read"}


def test_kinds_with_nothing_in_common_start_empty() -> None:
    nothing_in_common: tuple[Any, ...] = (
        7,
        None,
        [],
        "text",
        {"labels": ["a"]},
        {"regions": "x"},
        {"lines": [{}]},
        [1, 2],
    )
    for data in nothing_in_common:
        started = Annotate().from_prefill(data, {"image": "photo"})
        assert started in (None, {"regions": []})
    assert Transcribe().from_prefill({"regions": []}, {}) is None
    assert Classify().from_prefill(READ, {"labels": ["a"]}) is None
    assert Fill().from_prefill(READ, {}, {"type": "object", "properties": {"total": {}}}) is None
