"""Kinds of work are found through entry points; a broken one harms no other."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from taskyard.steps.problems import NoSuchStepKind, StepKindUnavailable, TwoStepKindsOfOneName
from taskyard.steps.registry import GROUP, StepKinds, step_kinds


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


ANNOTATE = point("annotate", "taskyard.steps.annotate:Annotate")


def test_the_installed_kinds_are_found_by_name() -> None:
    kinds = step_kinds()
    assert {"annotate", "classify", "fill", "transcribe"} <= {kind.use for kind in kinds.available()}
    assert kinds.find("annotate").title == "Annotate a picture"
    assert step_kinds() is kinds


def test_a_kind_nobody_brings_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(NoSuchStepKind, match="no kind of work called paint; the kinds are annotate"):
        StepKinds([ANNOTATE]).find("paint")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("taskyard.steps.no_such_module:Paint", "ModuleNotFoundError"),
        ("taskyard.steps.annotate:Paint", "AttributeError"),
        ("builtins:dict", "is not a StepKind"),
        ("taskyard.steps.classify:Classify", "calls itself classify"),
    ],
)
def test_a_kind_that_does_not_load_is_listed_with_the_reason(value: str, reason: str) -> None:
    kinds = StepKinds([ANNOTATE, point("paint", value)])
    assert [kind.use for kind in kinds.available()] == ["annotate"]
    (broken,) = [listed for listed in kinds.listed() if listed.kind is None]
    assert broken.use == "paint"
    assert reason in (broken.reason or "")
    with pytest.raises(StepKindUnavailable, match=reason):
        kinds.find("paint")


def test_two_kinds_of_one_name_are_refused_and_one_named_twice_is_not() -> None:
    with pytest.raises(TwoStepKindsOfOneName, match="annotate:Annotate and other:Annotate"):
        StepKinds([ANNOTATE, point("annotate", "other:Annotate")])
    assert len(StepKinds([ANNOTATE, ANNOTATE]).listed()) == 1
