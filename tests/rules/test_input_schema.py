"""A project's input: sentences for people, strict text cells, examples, and speed."""

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskyard.domain.projects.input_schema import InputChecker
from taskyard.kit.problems import Flaw

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["photo", "amount", "maybe"],
    "additionalProperties": False,
    "properties": {
        "photo": {"type": "string", "x-kind": "image", "title": "Photo"},
        "amount": {"type": "number", "minimum": 0},
        "count": {"type": "integer", "exclusiveMaximum": 5000},
        "ok": {"type": "boolean"},
        "kind": {"enum": ["receipt", "invoice"]},
        "day": {"type": "string", "format": "date"},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 3}, "uniqueItems": True, "maxItems": 2},
        "shop": {"type": "object", "properties": {"name": {"type": "string", "minLength": 1}}, "required": ["name"]},
        "maybe": {"type": ["string", "null"]},
        "either": {"anyOf": [{"type": "integer"}, {"type": "boolean"}]},
        "page": {"$ref": "#/$defs/page"},
        "code": {"type": "string", "pattern": "^[A-Z]+$"},
        "half": {"type": "number", "multipleOf": 0.5},
        "pages": {"type": "array", "items": {"$ref": "#/$defs/page"}},
    },
    "$defs": {"page": {"type": "object", "properties": {"scan": {"type": "string", "x-kind": "file"}}}},
}
GOOD = {"photo": "f1", "amount": 3.5, "maybe": None}
CHECKER = InputChecker(SCHEMA)


def read(row: Mapping[str, str]) -> tuple[dict[str, Any], list[Flaw]]:
    """Read the cells of a row, as a table's reader does."""
    return CHECKER.reader(tuple(row))(list(row.values()))


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        ({"amount": "3"}, "amount", "must be a number, not text"),
        ({"amount": True}, "amount", "must be a number, not true or false"),
        ({"amount": -1}, "amount", "must be at least 0"),
        ({"count": 5000}, "count", "must be less than 5,000"),
        ({"count": 1.5}, "count", "must be a whole number, not 1.5"),
        ({"photo": None}, "photo", "must be text, not null"),
        ({"kind": "invoce"}, "kind", "must be one of `receipt` or `invoice`"),
        ({"day": "22.11.2026"}, "day", "must be a date"),
        ({"tags": ["ab", "abcd"]}, "tags[1]", "must have at most 3 characters"),
        ({"tags": ["a", "a"]}, "tags", "must not hold the same item twice"),
        ({"tags": ["a", "b", "c"]}, "tags", "must have at most 2 items"),
        ({"shop": {}}, "shop.name", "is required"),
        ({"shop": {"name": ""}}, "shop.name", "must not be empty"),
        ({"amont": 3}, "amont", "is not a field of this input"),
        ({"either": "x"}, "either", "must be true or false or a whole number, not text"),
        ({"code": "a"}, "code", "must match the pattern ^[A-Z]+$"),
        ({"half": 0.3}, "half", "must be a multiple of 0.5"),
    ],
)
def test_what_does_not_fit_is_said_in_words(change: Any, place: str, says: str) -> None:
    assert [(flaw.place, flaw.says) for flaw in CHECKER.flaws(GOOD | change)] == [(place, says)]


def test_a_good_input_has_no_flaws_and_big_numbers_stay_exact() -> None:
    assert CHECKER.flaws(GOOD) == []
    assert CHECKER.flaws(GOOD | {"amount": 10**4000}) == []


def test_every_flaw_is_told_with_its_mend_and_a_shortened_value() -> None:
    found = CHECKER.flaws({"amount": "x" * 500, "kind": "recipt", "amout": 1})
    by_place = {flaw.place: flaw for flaw in found}
    assert by_place.keys() == {"photo", "maybe", "amount", "kind", "amout"}
    assert len(by_place["amount"].value or "") == 200
    assert by_place["kind"].mend == "Did you mean `receipt`?"
    assert by_place["amout"].mend == "Did you mean `amount`?"
    assert by_place["photo"].says == "is required"


@pytest.mark.parametrize("value", [None, 3, "text", [], True])
def test_what_is_no_object_is_said(value: Any) -> None:
    assert CHECKER.flaws(value)[0].says.startswith("must be an object, not")


def test_a_bottomless_value_is_refused_and_does_not_end_the_process() -> None:
    checker = InputChecker({"type": "object", "properties": {"a": {"$ref": "#"}}})
    value: dict[str, Any] = {}
    for _ in range(100_000):
        value = {"a": value}
    assert "64 levels" in checker.flaws(value)[0].says


def test_at_most_fifty_flaws_are_told() -> None:
    checker = InputChecker({"type": "object", "properties": {"a": {"items": {"type": "string"}}}})
    assert len(checker.flaws({"a": list(range(1000))})) == 50


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("photo", " 007 ", " 007 "),
        ("count", "42", 42),
        ("count", " -42 ", -42),
        ("count", "0", 0),
        ("amount", "12", 12),
        ("amount", "12.50", 12.5),
        ("amount", "-1e3", -1000.0),
        ("amount", "123456789012345678901234567890", 123456789012345678901234567890),
        ("ok", "true", True),
        ("ok", "TRUE", True),
        ("ok", "0", False),
        ("tags", '["a", "b"]', ["a", "b"]),
        ("shop", '{"name": "x"}', {"name": "x"}),
        ("page", '{"scan": "f"}', {"scan": "f"}),
        ("either", "3", 3),
        ("kind", "receipt", "receipt"),
        ("unknown", "3", "3"),
        ("maybe", "null", "null"),
    ],
)
def test_cells_are_read_as_the_declared_type(name: str, cell: str, value: Any) -> None:
    assert read({name: cell}) == ({name: value}, [])


@pytest.mark.parametrize(
    ("name", "cell", "says", "mend"),
    [
        ("count", "4.0", "must be a whole number", "Remove the decimals"),
        ("count", "1,000", "must be a whole number", "without a comma"),
        ("count", "007", "must be a whole number", "leading zeros"),
        ("count", "+3", "must be a whole number", "digits"),
        ("count", "٣", "must be a whole number", "digits"),
        ("count", "1" * 4301, "is a number of more than 4,300 digits", "text"),
        ("amount", "1,5", "must be a number", "a point"),
        ("amount", "NaN", "must be a number", None),
        ("amount", "1_000", "must be a number", None),
        ("amount", "0x10", "must be a number", None),
        ("amount", "1e999", "is a number too large to keep", None),
        ("ok", "yes", "must be true or false", None),
        ("tags", "a, b", "is not JSON: a value is missing or not in quotes", None),
        ("tags", '["a"', "is not JSON: it ends too early", None),
        ("shop", '{"a": 1, "a": 2}', "has the name `a` twice", None),
        ("shop", '{"a": NaN}', "holds NaN, which is not JSON", None),
    ],
)
def test_cells_that_do_not_fit_are_told_and_never_guessed(name: str, cell: str, says: str, mend: str | None) -> None:
    value, (flaw,) = read({name: cell})
    assert value == {}
    assert (flaw.place, flaw.says) == (name, says)
    assert mend is None or mend in (flaw.mend or "")
    assert len(flaw.value or "") <= 200


def test_an_empty_cell_is_absent_and_null_where_null_is_required() -> None:
    assert read({"photo": "", "amount": "", "maybe": "", "tags": ""}) == ({"maybe": None}, [])


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*SCHEMA["properties"], "x"]), st.text('0123456789.eE+-,truefalsnul{}[]": a'), max_size=4
    )
)
def test_any_cells_are_read_or_told(row: Any) -> None:
    value, found = read(row)
    assert value.keys() | {flaw.place for flaw in found} >= {name for name, cell in row.items() if cell}
    json.dumps(value, allow_nan=False)


def test_columns_say_what_their_cells_hold() -> None:
    columns = {column.name: column for column in CHECKER.columns()}
    assert columns["photo"].title == "Photo"
    assert columns["photo"].is_required
    assert not columns["tags"].is_required
    assert [columns[name].holds for name in ("photo", "count", "amount", "ok", "tags", "shop", "either")] == [
        "text",
        "a whole number",
        "a number",
        "true or false",
        "a list as JSON",
        "an object as JSON",
        "JSON",
    ]


def test_the_example_fits_its_own_schema() -> None:
    example = CHECKER.example() | {"code": "ABC"}
    assert example.keys() == SCHEMA["properties"].keys()
    assert CHECKER.flaws(example) == []


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "integer", "exclusiveMinimum": 3}, 4),
        ({"type": "string", "default": "d"}, "d"),
        ({"type": "string", "examples": ["e"]}, "e"),
        ({"const": 7}, 7),
        ({"type": "array", "items": {"type": "boolean"}}, [True]),
        ({"anyOf": [{"type": "null"}, {"type": "boolean"}]}, True),
        ({}, "a"),
    ],
)
def test_examples_follow_what_the_author_gave(schema: dict[str, Any], example: Any) -> None:
    assert InputChecker({"type": "object", "properties": {"a": schema}}).example() == {"a": example}


def test_a_schema_that_holds_itself_has_an_example_and_file_fields() -> None:
    checker = InputChecker(
        {"type": "object", "properties": {"f": {"type": "string", "x-kind": "file"}, "a": {"items": {"$ref": "#"}}}}
    )
    assert checker.example()["f"]
    assert checker.file_fields() == (("f",),)


def test_file_fields_are_found_in_lists_and_references() -> None:
    assert CHECKER.file_fields() == (("photo",), ("page", "scan"), ("pages", "*", "scan"))
    value = GOOD | {"pages": [{"scan": "f2"}, {}, {"scan": "f3"}], "page": 3}
    assert CHECKER.file_values(value) == [
        ("photo", "f1", "image"),
        ("pages[0].scan", "f2", "file"),
        ("pages[2].scan", "f3", "file"),
    ]


def test_a_hundred_thousand_small_inputs_are_checked_in_less_than_a_second() -> None:
    values = [{"photo": f"f{n}", "amount": n, "maybe": None, "count": 3, "ok": True} for n in range(20_000)]
    started = time.process_time()
    assert not any(CHECKER.flaws(value) for value in values)
    assert (time.process_time() - started) * 5 < 1
