"""Reading a flow's text: what is understood, what is refused, and that every refusal names its line."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskyard.domain.projects.flow_document import InvalidFlow
from taskyard.domain.projects.flow_read import read, source_of

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("abc {}'\"é"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab c", min_size=1), inner, max_size=4),
    max_leaves=15,
)


def refused(source: str) -> InvalidFlow:
    with pytest.raises(InvalidFlow) as caught:
        read(source)
    return caught.value


def test_yes_and_no_are_texts_and_other_scalars_have_their_types() -> None:
    read_value = read("a: [yes, no, on, true, 1, 0x1F, 1e3, .5, ~, '1', 2026-11-22, 90:00]").value
    assert read_value == {
        "a": ["yes", "no", "on", True, 1, 31, 1000.0, 0.5, None, "1", "2026-11-22", "90:00"],
    }


def test_each_part_remembers_its_line_and_column() -> None:
    document = read("steps:\n  - id: find\n    with: {image: x,\n      prompt: y}\n")
    assert document.marks["steps", 0, "id"] == (2, 5)
    assert document.marks["steps", 0, "with", "prompt"] == (4, 7)
    flaw = document.flaw(("steps", 0, "with", "prompt", 3, "gone"), "Says.")
    assert (flaw.place, flaw.step, flaw.line, flaw.column) == ("steps.find.with.prompt[3].gone", "find", 4, 7)


@pytest.mark.parametrize(
    ("source", "words", "line", "column"),
    [
        ("", "empty", 1, 1),
        (" \n\n", "empty", 1, 1),
        ("a: 1\n\tb: 2", "not YAML", 2, 1),
        ("a: b: c", "not YAML", 1, 5),
        ('a: "open', "not YAML", 1, None),
        ("a: 1\nb: [1, 2\n\n", "not YAML", 2, 4),
        ("a: 1\n---\nb: 1", "more than one document", 2, 1),
        ("a: \x07", "U+0007", 1, 4),
        ("a: \ud800", "U+D800", 1, 4),
        ("a: 1\nb: " + "[" * 70, "64 levels", 2, None),
        ('{"a": ' + "[" * 70, "64 levels", 1, None),
        ('{"a": 1,\n "b": }', "not JSON", 2, 7),
        ('{"a": 1,}', "double quotes", 1, 9),
        ('{"a": 1} x', "after its end", 1, 10),
        ('{"a" 1}', "colon", 1, 6),
        ('{"a": 1 "b": 2}', "comma", 1, 9),
        ('{"a": "', "too early", 1, 7),
        ('{"a": NaN}', "not JSON", 1, 7),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(source: str, words: str, line: int, column: int | None) -> None:
    flaw = refused(source).flaws[0]
    assert words in flaw.says
    assert flaw.line == line
    assert column is None or flaw.column == column


@pytest.mark.parametrize(
    ("source", "words", "line"),
    [
        ("a: 1\nb: 2\na: 3", "`a` stands here twice", 3),
        ('{"a": 1,\n"a": 2}', "`a` stands here twice", 2),
        ("a: !!python/object/apply:os.system [ls]", "is not read here", 1),
        ("a: !include secrets.yaml", "is not read here", 1),
        ("<<: {a: 1}", "Merging", 1),
        ("a: *b", "stands for nothing", 1),
        ("a: &b [*b]", "stands for nothing", 1),
        ("a: .inf", "can be kept", 1),
        ("a: 1e999", "too large", 1),
        ('{"a": 1e999}', "too large", 1),
        ('a: "\\0"', "U+0000", 1),
        ('{"a": "\\u0000"}', "U+0000", 1),
        ('{"a": "\\ud800"}', "half of a character", 1),
        ("? [a]\n: b", "not text", 1),
    ],
)
def test_slips_leave_a_document_and_are_told(source: str, words: str, line: int) -> None:
    flaws = read(source).flaws
    assert [words in flaw.says for flaw in flaws] == [True]
    assert flaws[0].line == line


def test_a_reference_without_quotes_gets_the_right_mend() -> None:
    document = read("a: {{ input.photo }}\nb: 1")
    assert 'Put quotes round a reference: "{{ input.photo }}".' in {flaw.mend for flaw in document.flaws}
    assert document.value["b"] == 1


def test_several_slips_are_told_at_once() -> None:
    assert len(read("a: !x 1\nb: .nan\na: *y\n").flaws) == len("abcd")


def test_a_few_aliases_are_read_and_many_are_refused() -> None:
    assert read("a: &x {b: 1}\nc: *x").value == {"a": {"b": 1}, "c": {"b": 1}}
    assert "20 aliases" in refused("a: &x 1\nb: [" + "*x, " * 21 + "]").flaws[0].says


def test_a_bomb_of_anchors_is_refused_before_it_unfolds() -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 2)}]" for n in range(1, 11)]
    bomb = "a0: &a0 [" + "x, " * 500 + "]\n" + "\n".join(levels)
    started = time.process_time()
    assert "100,000 parts" in refused(bomb).flaws[0].says
    assert time.process_time() - started < 2


def test_aliases_cannot_build_what_is_too_deep() -> None:
    levels = [f"a{n}: &a{n} " + "[" * 10 + f"*a{n - 1}" + "]" * 10 for n in range(1, 10)]
    assert "64 levels" in refused("a0: &a0 [x]\n" + "\n".join(levels)).flaws[0].says


def test_more_than_a_megabyte_is_refused() -> None:
    assert "1 MB" in refused("a: '" + "x" * 1_000_000 + "'").flaws[0].says


def test_a_megabyte_of_open_brackets_is_refused_fast() -> None:
    started = time.process_time()
    for opening in ("[", "{", "{a: ", '{"a":', "- ", "? ", "&a ", "!a "):
        refused((opening * 400_000)[:999_000])
    assert time.process_time() - started < 3


@settings(max_examples=60, deadline=None)
@given(JSON.filter(lambda value: value is not None and value != ""))
def test_json_is_read_as_json_reads_it(value: Any) -> None:
    document = read(source_of({"a": value}))
    assert document.value == {"a": value}
    assert not document.flaws
    assert json.loads(source_of(document.value)) == document.value


@settings(deadline=None)
@given(st.text("{}[]:,-?&*!|>'\"%@` \n\tab01.#<~\\u\x00\ud800é", max_size=60) | st.text(max_size=40))
def test_any_text_is_a_document_or_a_refusal(source: str) -> None:
    try:
        said = [flaw.says for flaw in read(source).flaws]
    except InvalidFlow as refusal:
        said = [flaw.says for flaw in refusal.flaws] or [""]
    assert all(said)
