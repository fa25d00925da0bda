"""Tables of tasks: cells typed by the schema, bad rows beside good ones, headers that must fit."""

from typing import Any

import pytest

from taskyard.domain.uploads.rows import Row
from tests.builders.rows import SCHEMA, refusal, told


@pytest.mark.parametrize(
    "content",
    [
        b"text,n\na,1\nb,2\n",
        b"text,n\r\na,1\r\nb,2\r\n",
        b"text,n\ra,1\rb,2",
        b"text;n\na;1\nb;2",
        b"text\tn\na\t1\nb\t2\n",
        b"text|n\na|1\nb|2\n",
        b"\xef\xbb\xbftext,n\na,1\nb,2\n",
        "text,n\na,1\nb,2\n".encode("utf-16"),
        "\ufefftext,n\na,1\nb,2\n".encode("utf-16-be"),
        b'"text","n"\n"a","1"\n"b",2\n',
        b" text , n \na,1\n\nb,2\n\n",
    ],
)
def test_tables_are_read_whatever_their_line_ends_delimiter_and_mark(read: Any, content: bytes) -> None:
    assert [row.input for row in read(content)] == [{"text": "a", "n": 1}, {"text": "b", "n": 2}]


def test_rows_have_their_number_and_the_line_they_begin_on(read: Any) -> None:
    rows = read('text,n\n"a\nb",1\n\nc,x\nd,3\n')
    assert [(row.number, row.line, row.place) for row in rows] == [(1, 2, "line 2"), (2, 5, "line 5"), (3, 6, "line 6")]
    assert rows[0].input == {"text": "a\nb", "n": 1}
    assert told(rows[1]) == [("n", "must be a whole number")]
    assert rows[1].flaws[0].value == "x"


def test_bad_rows_stand_beside_good_ones(read: Any) -> None:
    rows = read('text,n,size\na,1,2\nb,1\nc,1,2,3\n"d"x,1,2\n,1,2\n,,\ne\x00,1,2\nf,x,y\ng,1,1e999\nh,2,3\n')
    assert [told(row) for row in rows] == [
        [],
        [("", "has 2 cells, and the header has 3")],
        [("", "has 4 cells, and the header has 3")],
        [("", "has a quote inside a cell in quotes")],
        [("text", "is required")],
        [("", "has only empty cells")],
        [("", "holds the character U+0000")],
        [("n", "must be a whole number"), ("size", "must be a number")],
        [("size", "is a number too large to keep")],
        [],
    ]
    assert [row.number for row in rows] == list(range(1, 11))


def test_the_envelope_has_columns_of_its_own(read: Any) -> None:
    rows = read('external_id,text,priority,batch,metadata\nx-1,a,-5,May,"{""k"": [1]}"\n,b,,,\n')
    assert rows[0] == Row(1, 2, {"text": "a"}, "x-1", -5, "May", {"k": [1]})
    assert rows[1] == Row(2, 3, {"text": "b"})


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("priority", "high", "must be a whole number that fits 32 bits"),
        ("priority", "2147483648", "must be a whole number that fits 32 bits"),
        ("priority", "1.0", "must be a whole number that fits 32 bits"),
        ("metadata", "[1]", "must be an object"),
        ("metadata", "{x", "is not JSON: a name is not in double quotes"),
        ("external_id", "x" * 501, "must have 1 to 500 characters"),
        ("batch", "x" * 201, "must have 1 to 200 characters"),
    ],
)
def test_the_envelope_of_a_table_is_checked(read: Any, column: int | None, cell: str, says: str) -> None:
    (row,) = read(f"text,{column}\na,{cell}\n")
    assert told(row) == [(column, says)]


def test_a_field_of_the_input_wins_over_the_envelope(read: Any) -> None:
    schema = {"type": "object", "properties": {"batch": {"type": "integer"}, "input": {"type": "object"}}}
    assert read("batch\n3\n", schema=schema)[0] == Row(1, 2, {"batch": 3})
    line = '{"input": {"a": 1}, "batch": 3, "priority": 2}'
    assert read(line, "a.jsonl", schema)[0] == Row(1, 1, {"input": {"a": 1}, "batch": 3}, priority=2)


@pytest.mark.parametrize(
    ("header", "place", "says", "mend"),
    [
        ("text,text", "text", "2 columns", "Keep one"),
        ("text,,n", "column 2", "no name", "remove"),
        ("text,txet", "txet", "no such field", None),
        ("text,sise", "sise", "no such field", "`size`?"),
        ("text,Priorty", "Priorty", "no such field", "`priority`?"),
        ("n,size", "text", "required", "Add a column"),
        ("text," + ",".join(f"c{n}" for n in range(1000)), "line 1", "1,001 columns", None),
        ("", "line 1", "blank", None),
    ],
)
def test_a_header_that_does_not_fit_refuses_the_file(
    read: Any, header: Any, place: str, says: str, mend: str | None
) -> None:
    problem = refusal(read, f"{header}\na,b\n")
    assert problem.code == "columns_do_not_fit"
    assert problem.flaws[0].place == place
    assert says in problem.flaws[0].says
    assert mend is None or mend in (problem.flaws[0].mend or "")


def test_columns_nobody_asked_for_are_text_where_the_schema_opens_the_door(read: Any) -> None:
    open_schema = SCHEMA | {"additionalProperties": True}
    assert read("text,other\na,1\n", schema=open_schema)[0].input == {"text": "a", "other": "1"}


def test_a_cell_of_more_than_a_million_characters_is_a_bad_row(read: Any) -> None:
    rows = read("text\n" + "x" * 1_000_001 + "\nb\n")
    assert told(rows[0]) == [("", "has a cell of more than 1,000,000 characters")]
    assert rows[1].input == {"text": "b"}


@pytest.mark.parametrize("size", [10, 30_000_000])
def test_a_quote_that_is_never_closed_refuses_the_file_with_its_line(read: Any, size: Any) -> None:
    problem = refusal(read, 'text,n\na,1\n"b,2\n' + "xxxxxxxxx\n" * (size // 10))
    assert problem.code == "file_broken"
    assert problem.data["line"] == "3"
    assert "never closed" in problem.detail
