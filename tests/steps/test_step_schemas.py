"""What the kinds say about their inputs and answers, and what they find wrong with a step's `with`."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from taskyard.steps.annotate import Annotate
from taskyard.steps.classify import Classify
from taskyard.steps.contract import StepKind
from taskyard.steps.fill import Fill
from taskyard.steps.transcribe import Transcribe

KINDS: tuple[StepKind, ...] = (Annotate(), Classify(), Fill(), Transcribe())
TOTAL_SCHEMA = {"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}


def is_template(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.use)
def test_both_schemas_of_a_kind_are_json_schemas_in_one_piece(kind: StepKind) -> None:
    for schema in (kind.input_schema(), kind.output_schema({}, TOTAL_SCHEMA)):
        jsonschema_rs.meta.validate(schema)
        assert "$ref" not in str(schema)
        assert "'null'" not in str(schema)


def test_pictures_and_texts_are_marked_for_the_forms() -> None:
    properties = Annotate().input_schema()["properties"]
    assert properties["image"]["x-kind"] == "image"
    assert properties["prompt"]["x-kind"] == "text"


def test_the_labels_of_a_step_narrow_the_schema_of_its_answer() -> None:
    given = {"labels": ["item", "total"]}
    region = Annotate().output_schema(given)["properties"]["regions"]["items"]
    chosen = Classify().output_schema(given)["properties"]["labels"]
    assert region["properties"]["label"]["enum"] == ["item", "total"]
    assert chosen["items"]["enum"] == ["item", "total"]
    assert "enum" not in Annotate().output_schema({})["properties"]["regions"]["items"]["properties"]["label"]


def test_one_label_is_allowed_unless_the_step_allows_several() -> None:
    one = Classify().output_schema({"labels": ["a", "b"]})["properties"]["labels"]
    several = Classify().output_schema({"labels": ["a", "b"], "multiple": True})["properties"]["labels"]
    assert (one.get("maxItems"), several.get("maxItems")) == (1, None)


def test_a_filled_form_has_the_schema_its_step_declares() -> None:
    assert Fill().output_schema({}, TOTAL_SCHEMA) == TOTAL_SCHEMA


@pytest.mark.parametrize(
    ("kind", "given", "place", "says", "mend"),
    [
        (Annotate(), {}, "with.image", "`image` is missing", "Add it"),
        (Annotate(), {"image": "f", "promt": "x"}, "with.promt", "annotate takes no `promt`", "Did you mean `prompt`?"),
        (Annotate(), {"image": "f", "labels": "item"}, "with.labels", 'not of type "array"', None),
        (Annotate(), {"image": 7}, "with.image", 'not of type "string"', None),
        (Classify(), {"labels": ["a"]}, "with", "nothing to classify", "`text` or `image`"),
        (Classify(), {"text": "x", "labels": []}, "with.labels", "less than 1 item", None),
        (Classify(), {"text": "x", "labels": ["a", "a"]}, "with.labels", "`a` stands there twice", "Remove one"),
        (Fill(), {"show": [float("nan")]}, "with.show[0]", "not finite", "Give a number"),
        (Transcribe(), {"image": "f\x00"}, "with.image", "U+0000", "Remove it"),
    ],
)
def test_a_wrong_with_is_told_at_its_place(
    kind: StepKind, given: dict[str, Any], place: str, says: str, mend: str | None
) -> None:
    (flaw,) = kind.check_with(given)
    assert flaw.place == place
    assert says in flaw.says
    assert (mend is None and flaw.mend is None) or (mend is not None and mend in (flaw.mend or ""))


def test_a_template_counts_as_present_and_is_not_looked_into() -> None:
    given = {"image": "{{ input.photo }}", "labels": "{{ input.labels }}"}
    assert Annotate().check_with(given, is_open=is_template) == []
    assert Annotate().check_with(given) != []
