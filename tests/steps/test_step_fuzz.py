"""Whatever somebody sends as an answer is accepted or told wrong; nothing breaks the check."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from taskyard.steps.annotate import Annotate
from taskyard.steps.classify import Classify
from taskyard.steps.contract import StepKind
from taskyard.steps.fill import Fill
from taskyard.steps.transcribe import Transcribe
from taskyard.steps.values import Size

numbers = st.integers() | st.floats() | st.sampled_from([10**300, 10**4000, -1, 0, 1e308])
leaves = st.none() | st.booleans() | numbers | st.text(max_size=8)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
boxes = st.lists(numbers, max_size=5) | anything
regions = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(max_size=3) | anything,
        "label": st.sampled_from(["item", "", "cat"]) | anything,
        "shape": st.sampled_from(["rectangle", "polygon", "point"]) | anything,
        "box": boxes,
        "points": st.lists(st.lists(numbers, max_size=3), max_size=4) | anything,
        "text": anything,
        "score": anything,
        "extra": anything,
    },
)
answers = anything | st.fixed_dictionaries(
    {},
    optional={
        "regions": st.lists(regions, max_size=3) | anything,
        "lines": st.lists(st.fixed_dictionaries({}, optional={"text": leaves, "box": boxes}), max_size=3) | anything,
        "labels": st.lists(st.sampled_from(["item", "total"]) | leaves, max_size=3) | anything,
        "scores": st.dictionaries(st.sampled_from(["item", "x"]), leaves) | anything,
        "text": leaves,
        "total": leaves,
    },
)
KINDS: tuple[StepKind, ...] = (Annotate(), Classify(), Fill(), Transcribe())
GIVEN = {"image": "photo", "labels": ["item", "total"]}
DECLARED = {"type": "object", "properties": {"total": {"type": "number", "maximum": 5}, "regions": {"maxItems": 2}}}
SIZES = {"photo": Size(640, 480)}


@settings(max_examples=150, deadline=None)
@given(answers)
def test_any_answer_is_accepted_or_told_wrong(answer: Any) -> None:
    for kind in KINDS:
        normal = kind.normalise(answer, GIVEN)
        flaws = kind.check(normal, GIVEN, DECLARED, sizes=SIZES)
        if not flaws:
            kept = json.loads(json.dumps(normal, allow_nan=False))
            assert kind.check(kept, GIVEN, DECLARED, sizes=SIZES) == []
        assert all(flaw.says and len(flaw.says) < 400 for flaw in flaws)


@settings(max_examples=150, deadline=None)
@given(answers)
def test_any_answer_starts_an_answer_or_nothing(data: Any) -> None:
    for kind in KINDS:
        started = kind.from_prefill(data, GIVEN, DECLARED)
        assert started is None or kind.normalise(started, GIVEN) == started
