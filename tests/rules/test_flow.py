"""A published flow: which steps are due, what references see, and how it is stored."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskyard.domain.projects.conditions import holds
from taskyard.domain.projects.durations import duration_text, read_duration
from taskyard.domain.projects.flow import Flow, PeopleRules, Result, Retry, Step, as_document, from_document
from taskyard.domain.projects.templates import UnresolvedReference, fill

GIVES = {"type": "object", "properties": {"text": {"type": "string"}, "score": {"type": "number"}}}
INPUT = {
    "type": "object",
    "required": ["photo"],
    "properties": {"photo": {"type": "string"}, "note": {"type": "string"}},
}


def a_step(name: str, *needs: str, by: str = "local/text", on_error: str = "stop") -> Step:
    return Step(name, "annotate", (by,), {}, GIVES, needs, on_error="continue" if on_error == "continue" else "stop")


def a_flow(*steps: Step) -> Flow:
    return Flow(INPUT, steps)


DIAMOND = a_flow(a_step("end", "left", "right"), a_step("left", "start"), a_step("right", "start"), a_step("start"))
DONE = Result("completed", {"text": "x"})


def due(flow: Flow, **done: Result) -> list[str]:
    return [step.id for step in flow.ready(done)]


def test_steps_are_due_when_all_they_need_has_ended() -> None:
    assert due(DIAMOND) == ["start"]
    assert due(DIAMOND, start=DONE) == ["left", "right"]
    assert due(DIAMOND, start=DONE, left=DONE) == ["right"]
    assert due(DIAMOND, start=DONE, left=DONE, right=Result("skipped")) == ["end"]
    assert due(DIAMOND, start=DONE, left=DONE, right=DONE, end=DONE) == []


def test_a_failed_step_lets_others_go_on_only_where_it_says_continue() -> None:
    failed = Result("failed")
    assert due(a_flow(a_step("one"), a_step("two", "one")), one=failed) == []
    assert due(a_flow(a_step("one", on_error="continue"), a_step("two", "one")), one=failed) == ["two"]


def test_the_order_puts_each_step_behind_those_it_needs() -> None:
    assert [step.id for step in DIAMOND.order] == ["start", "left", "right", "end"]
    assert [step.id for step in DIAMOND.entry_steps] == ["start"]
    assert [step.id for step in DIAMOND.last_steps] == ["end"]


@pytest.mark.parametrize("by", ["people", "agents"])
def test_an_app_is_a_flow_that_waits_for_nobody(by: str) -> None:
    assert DIAMOND.is_app
    assert not a_flow(a_step("one"), a_step("two", by=by)).is_app


def test_references_see_outputs_and_null_where_a_step_was_skipped_or_failed() -> None:
    flow = a_flow(a_step("one"), a_step("two"), a_step("three", on_error="continue"))
    scope = flow.scope({"photo": "f"}, {"one": DONE, "two": Result("skipped"), "three": Result("failed")})
    text = ["{{ input.photo }}", "{{ one.text }}", "{{ two.text }}", "{{ three.text }}"]
    assert fill(text, scope) == ["f", "x", None, None]


def test_a_declared_field_that_is_absent_is_null_and_any_other_is_refused() -> None:
    scope = a_flow(a_step("one")).scope({"photo": "f"}, {"one": DONE})
    assert fill(["{{ input.note }}", "{{ one.score }}"], scope) == [None, None]
    assert not holds({"one.score": {"lt": 0.8}}, scope)
    for text in ("{{ input.nope }}", "{{ one.nope }}", "{{ later.text }}"):
        with pytest.raises(UnresolvedReference):
            fill(text, scope)


def test_a_run_gives_its_output_or_what_the_last_steps_gave() -> None:
    flow = a_flow(a_step("one"), a_step("two", "one"), a_step("other"))
    done = {"one": DONE, "two": Result("completed", {"text": "y"}), "other": Result("skipped")}
    assert flow.answer(flow.scope({}, done)) == {"two": {"text": "y"}, "other": None}
    named = Flow(INPUT, flow.steps, {"said": "{{ two.text }}", "n": 1})
    assert named.answer(named.scope({}, done)) == {"said": "y", "n": 1}


NAMES = st.text("abc", min_size=1, max_size=3)
STEPS = st.builds(
    Step,
    id=NAMES,
    use=NAMES,
    by=st.lists(NAMES, min_size=1, max_size=2).map(tuple),
    with_=st.dictionaries(NAMES, NAMES | st.integers() | st.lists(NAMES)),
    gives=st.just(GIVES),
    needs=st.lists(NAMES).map(tuple),
    output=st.none() | st.just(GIVES),
    when=st.none() | st.just({"a.b": {"lt": 1}}),
    retry=st.builds(Retry, st.integers(1, 9), st.integers(1, 9)),
    timeout_seconds=st.none() | st.integers(1, 99),
    on_error=st.sampled_from(["stop", "continue"]),
    after=st.lists(NAMES).map(tuple),
    people=st.builds(PeopleRules, st.integers(1, 9000), roles=st.lists(NAMES).map(tuple)),
)


@settings(max_examples=40, deadline=None)
@given(st.builds(Flow, st.just(INPUT), st.lists(STEPS, max_size=3).map(tuple), st.none() | st.just({"a": 1}), NAMES))
def test_a_flow_comes_back_from_storage_as_it_was(flow: Flow) -> None:
    stored = json.loads(json.dumps(as_document(flow)))
    assert from_document(stored) == flow
    assert stored == as_document(from_document(stored))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("90m", 5400),
        ("2h", 7200),
        ("1d", 86400),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("0s", 0),
        ("", None),
        ("90", None),
        (90, None),
        ("1.5h", None),
        ("30m1h", None),
        ("-1s", None),
        ("5 weeks", None),
        (None, None),
        ("٣s", None),
    ],
)
def test_durations_are_read_with_their_unit(text: object, seconds: int | None) -> None:
    assert read_duration(text) == seconds


@given(st.integers(0, 10**7))
def test_durations_are_written_as_they_are_read(seconds: int) -> None:
    assert read_duration(duration_text(seconds)) == seconds
