"""Tasks as JSON: lines and lists, inputs and envelopes, and what is refused however deep it hides."""

import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from taskyard.domain.uploads.parsing import rows_of
from taskyard.domain.uploads.rows import FileProblem, Row
from tests.builders.rows import CHECKER, refusal, told


def as_lines(*rows: str) -> tuple[str, str]:
    return "\n".join(rows), "a.jsonl"


def as_list(*rows: str) -> tuple[str, str]:
    return "[" + ",\n".join(rows) + "]", "a.json"


def as_tasks(*rows: str) -> tuple[str, str]:
    return '{ "tasks" :[\n' + " , ".join(rows) + "\n]\n}\n", "a.json"


WRITERS = pytest.mark.parametrize("write", [as_lines, as_list, as_tasks])


@WRITERS
def test_rows_are_inputs_or_envelopes(read: Any, write: Any) -> None:
    rows = read(
        *write(
            '{"text": "a", "n": 1}',
            '{"input": {"text": "b"}, "external_id": "x", "priority": 3, "batch": "May", "metadata": {"k": null}}',
            '{"text": "c", "external_id": "y"}',
            '{"input": {"text": "d"}, "external_id": null, "metadata": null}',
        )
    )
    assert [row._replace(line=0) for row in rows] == [
        Row(1, 0, {"text": "a", "n": 1}),
        Row(2, 0, {"text": "b"}, "x", 3, "May", {"k": None}),
        Row(3, 0, {"text": "c"}, "y"),
        Row(4, 0, {"text": "d"}),
    ]


@WRITERS
@pytest.mark.parametrize(
    ("row", "place", "says"),
    [
        ("3", "", "must be an object"),
        ('"text"', "", "must be an object"),
        ("null", "", "must be an object"),
        ("[1]", "", "must be an object"),
        ("{}", "text", "is required"),
        ('{"text": 3}', "text", "must be text, not a whole number"),
        ('{"input": {"text": "a"}, "prioritty": 3}', "prioritty", "is not known beside `input`"),
        ('{"input": {"text": "a"}, "priority": 3.5}', "priority", "must be a whole number that fits 32 bits"),
        ('{"input": {"text": "a"}, "priority": true}', "priority", "must be a whole number that fits 32 bits"),
        ('{"input": {"text": "a"}, "external_id": 3}', "external_id", "must be text"),
        ('{"input": {"text": "a"}, "external_id": ""}', "external_id", "must have 1 to 500 characters"),
        ('{"input": {"text": "a"}, "metadata": []}', "metadata", "must be an object"),
        ('{"text": "a", "text": "b"}', "", "has the name `text` twice"),
        ('{"text": "a", "extra": {"b": 1, "b": 2}}', "", "has the name `b` twice"),
        ('{"text": "a", "size": NaN}', "", "holds NaN, which is not JSON"),
        ('{"text": "a", "size": -Infinity}', "", "holds -Infinity, which is not JSON"),
        ('{"text": "a", "size": 1e400}', "", "holds 1e400, a number too large to keep"),
        ('{"text": "a", "n": ' + "1" * 4301 + "}", "", "holds a number of more than 4,300 digits"),
        ('{"text": "\\u0000"}', "", "holds the character U+0000"),
        ('{"text": "\\ud800"}', "", "holds half of a character (a lone surrogate)"),
        ('{"text": "a", "\\udc00": 1}', "", "holds half of a character (a lone surrogate)"),
        ('{"text": "a", "extra": ' + '{"a":' * 64 + "1" + "}" * 64 + "}", "", "is nested more than 64 levels deep"),
    ],
)
def test_a_bad_row_does_not_spoil_the_others(read: Any, write: Any, row: Any, place: str, says: str) -> None:
    rows = read(*write('{"text": "a"}', row, '{"text": "z"}'))
    assert [told(one) for one in rows] == [[], [(place, says)], []]
    assert rows[2].number == 3


@WRITERS
def test_numbers_stay_exact_and_depth_has_room(read: Any, write: Any) -> None:
    deep = '{"a":' * 62 + "1" + "}" * 62
    (row,) = read(*write(f'{{"text": "\\ud83d\\ude00", "n": {"9" * 4300}, "size": 0.1, "extra": {deep}}}'))
    assert not row.flaws
    assert row.input["n"] == int("9" * 4300)
    assert (row.input["text"], row.input["size"]) == ("😀", 0.1)


@WRITERS
def test_bottomless_nesting_is_refused_and_nothing_worse(read: Any, write: Any) -> None:
    content, name = write('{"text": ' + "[" * 200_000 + "]" * 200_000 + "}")
    try:
        (row,) = read(content, name)
        says = row.flaws[0].says
    except FileProblem as problem:
        says = problem.detail
    assert "64 levels" in says


def test_rows_of_a_list_know_their_line(read: Any) -> None:
    rows = read('[\n{"text":\n"a"},\n\n{"text": "b"}\n]', "a.json")
    assert [row.line for row in rows] == [2, 5]
    assert [row.line for row in read('\n{"text": "a"}\r\n\n{"text": "b"}', "a.jsonl")] == [2, 4]


def test_a_broken_line_is_a_bad_row(read: Any) -> None:
    rows = read('{"text": "a"}\n{"text": \nnonsense\n{"text": "b"} {}\n{"text": "c"}', "a.jsonl")
    assert [told(row)[:1] for row in rows] == [
        [],
        [("", "is not JSON: it ends too early")],
        [("", "is not JSON: a value is missing or not in quotes")],
        [("", "holds something after its end")],
        [],
    ]


def test_a_line_of_more_than_ten_megabytes_is_dropped_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with path.open("wb") as file:
        file.write(b'{"text": "a"}\n{"text": "')
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n{"text": "b"}\n')
    tracemalloc.start()
    rows = list(rows_of(path, "a.jsonl", CHECKER))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(row.number, row.line, told(row)) for row in rows] == [
        (1, 1, []),
        (2, 2, [("", "is longer than 10 MB")]),
        (3, 3, []),
    ]
    assert peak < 50_000_000


@pytest.mark.parametrize(
    ("content", "why", "line"),
    [
        ('[{"text": "a"}\n{"text": "b"}]', "a comma is missing between two tasks", "2"),
        ('[{"text": "a"},\n]', "a value is missing", "2"),
        ('[{"text": "a"},\n{"text" "b"}]', "a colon is missing", "2"),
        ('[{"text": "a"}', "ends too early", "1"),
        ('[{"text": "a', "ends too early", "1"),
        ('[{"text": "a"}] x', "after the end of the list", "1"),
        ('{"text": "a"}', "it is one object", "1"),
        ('{"items": [{"text": "a"}]}', "it is one object", "1"),
        ("{}", "it is one object", "1"),
        ('{"tasks": [{"text": "a"}], "more": 1}', 'beside "tasks"', "1"),
        ('{"tasks": [{"text": "a"}]', "ends too early", "1"),
        ("text,n", "a list of tasks is expected", "1"),
        ('[{"text": "' + "x" * 30_000_000 + '"}]', "larger than 10 MB", "1"),
        ('[{"text": tru}' + " " * 3_000_000 + "]", "a value is missing", "1"),
    ],
)
def test_a_broken_list_refuses_the_file_with_its_line(read: Any, content: bytes, why: str, line: int) -> None:
    problem = refusal(read, content, "a.json")
    assert problem.code == "file_broken"
    assert why in problem.detail
    assert problem.data["line"] == line
