"""Substitution by path: what is put in is never looked at again, and types are kept."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskyard.domain.projects.templates import (
    FilledTextTooLong,
    Scope,
    UnresolvedReference,
    fill,
    parse_path,
    path_text,
    references,
)

SCOPE = Scope(
    {"input": {"photo": "f1", "n": 3, "first name": "Ana", "empty": None}, "find": {"regions": [{"label": "a"}]}},
    frozenset({"check"}),
    lambda path: path[0] == "find" and path[-1] == "score",
)


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ("{{ input.photo }}", "f1"),
        ("{{input.n}}", 3),
        (" {{ input.n }}\n", 3),
        ("{{ find.regions }}", [{"label": "a"}]),
        ("{{ find.regions[0].label }}", "a"),
        ("{{ find }}", {"regions": [{"label": "a"}]}),
        ('{{ input["first name"] }}', "Ana"),
        ("{{ input['first name'] }}!", "Ana!"),
        ("n={{ input.n }}, all={{ find.regions }}", 'n=3, all=[{"label": "a"}]'),
        ("{{ input.empty }}", None),
        ("{{ check.anything[3].at.all }}", None),
        ("is {{ check }}", "is null"),
        ("{{ find.score }}", None),
        ("{{ 1 + 1 }} {{", "{{ 1 + 1 }} {{"),
        ("}} {{ input.n }} {{", "}} 3 {{"),
        (
            ["{{ input.n }}", {"a": "{{ input.n }}", "{{ input.n }}": 1}, 7, None, True],
            [3, {"a": 3, "{{ input.n }}": 1}, 7, None, True],
        ),
    ],
)
def test_references_are_replaced_by_what_they_point_to(value: Any, filled: Any) -> None:
    result = fill(value, SCOPE)
    assert result == filled
    assert type(result) is type(filled)


@pytest.mark.parametrize(
    ("text", "reference", "step", "why"),
    [
        ("{{ gone.text }}", "gone.text", "gone", "no finished step is called `gone`"),
        ("{{ input.nope }}", "input.nope", "input", "`input` has no `nope`"),
        ("a {{ find.regions[4].label }}", "find.regions[4].label", "find", "`find.regions` has 1 item"),
        ("{{ input.photo.x }}", "input.photo.x", "input", "`input.photo` has no `x`"),
        ("{{ input[0] }}", "input[0]", "input", "`input` has no `0`"),
    ],
)
def test_a_reference_to_nothing_names_itself_and_the_step(text: str, reference: str, step: str, why: str) -> None:
    with pytest.raises(UnresolvedReference) as caught:
        fill({"with": [text]}, SCOPE)
    assert caught.value.data == {"reference": reference, "step": step, "why": why}
    assert caught.value.flaws[0].place == reference


@settings(deadline=None)
@given(st.text())
def test_hostile_text_comes_out_as_text(text: str) -> None:
    scope = Scope({"input": {"a": text, "secret": "S"}})
    assert fill("{{ input.a }}", scope) == text
    assert fill("x{{ input.a }}y", scope) == f"x{text}y"


@pytest.mark.parametrize("hostile", ["{{ input.secret }}", "{{ input.a }}", "}}{{ input.secret }}{{", "{% x %}${y}"])
def test_a_reference_inside_a_value_is_not_followed(hostile: str) -> None:
    scope = Scope({"input": {"a": hostile, "secret": "S"}})
    assert fill(["{{ input.a }}", "- {{ input.a }}"], scope) == [hostile, f"- {hostile}"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        ".a",
        "a.",
        "a..b",
        "a[",
        "a[x]",
        "a[-1]",
        "a[]",
        "a b",
        "a.b()",
        "a|b",
        "a.__b__.c d",
        "a" * 501,
        "a[9999999]",
        'a["]',
    ],
)
def test_what_is_no_path_is_no_path(text: str) -> None:
    assert parse_path(text) is None


@settings(deadline=None)
@given(st.lists(st.integers(0, 999) | st.from_regex(r"[a-zé_][\w-]{0,5}", fullmatch=True) | st.just("a b"), max_size=5))
def test_paths_are_written_as_they_are_read(parts: list[Any]) -> None:
    path = ("root", *parts)
    assert parse_path(path_text(path)) == path


def test_references_say_where_they_stand() -> None:
    found = references({"a": ["x", "{{ input.n }} and {{ bad path }}"]})
    assert [(one.text, one.path, one.where) for one in found] == [
        ("input.n", ("input", "n"), ("a", 1)),
        ("bad path", None, ("a", 1)),
    ]


def test_a_long_text_of_open_braces_costs_little() -> None:
    started = time.process_time()
    assert references("{{" * 400_000) == []
    assert fill("{{ " * 200_000 + "}}", SCOPE)
    assert time.process_time() - started < 1


def test_a_text_that_would_grow_without_end_is_refused() -> None:
    with pytest.raises(FilledTextTooLong):
        fill("{{ input.a }}." * 100, Scope({"input": {"a": "x" * 100_000}}))
