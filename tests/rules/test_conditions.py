"""Conditions always have an answer, whatever they are asked about."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskyard.domain.projects.conditions import COMPARISONS, flaws, holds, paths
from taskyard.domain.projects.templates import Scope

SCOPE = Scope(
    {
        "input": {"day": "2026-11-22", "none": None, "yes": True, "tags": ["a", 1], "big": 10**400},
        "find": {"score": 0.5, "text": "Total: 3", "regions": [{"label": "a"}], "whole": 1},
    },
    frozenset({"gone"}),
)


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        ({}, True),
        ({"find.score": {"lt": 0.8}}, True),
        ({"find.score": {"lt": 0.5}}, False),
        ({"find.score": {"le": 0.5}}, True),
        ({"find.score": {"gt": 0.4, "lt": 0.6}}, True),
        ({"find.score": {"gt": 0.5}}, False),
        ({"find.score": {"ge": 0.5}}, True),
        ({"input.big": {"gt": 1.5}}, True),
        ({"input.day": {"ge": "2026-01-01"}}, True),
        ({"input.day": {"lt": 3}}, False),
        ({"input.day": {"gt": 3}}, False),
        ({"input.yes": {"lt": 2}}, False),
        ({"input.yes": {"eq": 1}}, False),
        ({"input.yes": {"eq": True}}, True),
        ({"find.whole": {"eq": 1.0}}, True),
        ({"find.whole": {"eq": "1"}}, False),
        ({"find.whole": {"ne": "1"}}, True),
        ({"find.regions": {"eq": [{"label": "a"}]}}, True),
        ({"find.regions[0].label": {"in": ["a", "b"]}}, True),
        ({"find.regions[0].label": {"in": []}}, False),
        ({"find.regions[0]": {"exists": True}}, True),
        ({"find.regions[9]": {"exists": True}}, False),
        ({"find.regions[9]": {"exists": False}}, True),
        ({"input.none": {"exists": True}}, False),
        ({"input.none": {"eq": None}}, True),
        ({"input.absent": {"eq": None}}, True),
        ({"input.absent": {"ne": 3}}, True),
        ({"input.absent": {"lt": 3}}, False),
        ({"input.absent": {"gt": 3}}, False),
        ({"input.absent": {"in": [None]}}, True),
        ({"input.absent": {"contains": "x"}}, False),
        ({"gone.score": {"lt": 3}}, False),
        ({"nowhere.at.all": {"exists": False}}, True),
        ({"find.text": {"contains": "Total"}}, True),
        ({"find.text": {"contains": 3}}, False),
        ({"input.tags": {"contains": 1}}, True),
        ({"input.tags": {"contains": True}}, False),
        ({"find": {"contains": "score"}}, True),
        ({"all": [{"find.score": {"lt": 1}}, {"find.whole": {"eq": 1}}]}, True),
        ({"all": [{"find.score": {"lt": 1}}, {"find.whole": {"eq": 2}}]}, False),
        ({"any": [{"find.score": {"gt": 1}}, {"find.whole": {"eq": 1}}]}, True),
        ({"any": []}, False),
        ({"not": {"find.score": {"lt": 1}}}, False),
        ({"not": {"find.absent": {"lt": 1}}}, True),
        ({"find.score": {"lt": 1}, "find.whole": {"eq": 2}}, False),
        ({"find.score": {"like": 1}}, False),
        ({"find.score": 1}, False),
        ({"no path": {"eq": None}}, False),
        ("text", False),
    ],
)
def test_a_condition_is_met_or_not(condition: Any, is_met: Any) -> None:
    assert holds(condition, SCOPE) is is_met


VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
)
COMPARED = st.dictionaries(st.sampled_from([*COMPARISONS, "like"]), VALUES, max_size=2)
CONDITIONS = st.recursive(
    VALUES
    | st.dictionaries(st.sampled_from(["input.a", "x[0]", "not a path", "all", "any", "not"]), COMPARED | VALUES),
    lambda inner: st.dictionaries(st.sampled_from(["all", "any", "not"]), inner | st.lists(inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(CONDITIONS, VALUES)
def test_nothing_makes_a_condition_raise(condition: Any, value: Any) -> None:
    scope = Scope({"input": {"a": value}, "x": [value]})
    assert holds(condition, scope) in {True, False}
    list(flaws(condition))
    paths(condition)


@pytest.mark.parametrize(
    ("condition", "where", "words"),
    [
        ("score < 1", (), "names a path"),
        ({}, (), "names a path"),
        ({"all": {}}, ("all",), "list of conditions"),
        ({"any": [{"a.b": 1}]}, ("any", 0, "a.b"), "how to compare"),
        ({"not": []}, ("not",), "names a path"),
        ({"{{ a.b }}": {"eq": 1}}, ("{{ a.b }}",), "not a path"),
        ({"a.b": {"lessthan": 1}}, ("a.b", "lessthan"), "no comparison"),
        ({"a.b": {"lt": [1]}}, ("a.b", "lt"), "number or a text"),
        ({"a.b": {"lt": True}}, ("a.b", "lt"), "number or a text"),
        ({"a.b": {"in": "x"}}, ("a.b", "in"), "list"),
        ({"a.b": {"exists": "yes"}}, ("a.b", "exists"), "true or false"),
    ],
)
def test_what_is_no_condition_is_told_with_its_place(condition: Any, where: tuple[Any, ...], words: str) -> None:
    (found,) = flaws(condition)
    assert found[0] == where
    assert words in found[1]


def test_paths_of_a_condition_are_found_at_every_depth() -> None:
    condition = {"any": [{"not": {"a.b": {"eq": 1}}}, {"c[0]": {"exists": True}}], "d": {"eq": 1}}
    assert paths(condition) == [
        (("a", "b"), ("any", 0, "not", "a.b")),
        (("c", 0), ("any", 1, "c[0]")),
        (("d",), ("d",)),
    ]
