"""Whatever a file holds, its reading ends with rows or a refusal; written tasks come back as they were."""

import csv
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from taskyard.domain.projects.input_schema import InputChecker
from taskyard.domain.uploads.parsing import rows_of
from taskyard.domain.uploads.rows import FileProblem, Row

CHECKER = InputChecker(
    {
        "type": "object",
        "required": ["text"],
        "properties": {"text": {"type": "string"}, "n": {"type": "integer"}, "tags": {"type": "array"}},
    }
)
NAMES = st.sampled_from(["a.csv", "a.json", "a.jsonl", "a"])
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=12)
GOOD = st.fixed_dictionaries({"text": TEXTS}, optional={"n": st.integers(), "tags": st.lists(TEXTS, max_size=2)})
BAD: st.SearchStrategy[Any] = st.sampled_from(
    [{}, {"text": 3}, {"text": "a", "n": 1.5}, {"text": "a", "tags": 3}, 7, None, [1], "x"]
)
PIECES = st.sampled_from(
    ["text", ",n", "\n", '"', "{", "}", "[", "]", ":", ",", ";", '{"text": "a"}', '"tasks"', "\\u0000", "\\", "1", "\r"]
)


def read(content: bytes, name: str) -> list[Row]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        return list(rows_of(path, name, CHECKER))


@settings(max_examples=50, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=14).map("".join), NAMES)
@example("text,n\na,1", "a.csv")
def test_any_text_ends_with_rows_or_a_refusal(text: str, name: str) -> None:
    try:
        rows = read(text.encode(errors="replace"), name)
    except FileProblem as problem:
        ended = bool(problem.detail)
    else:
        ended = [row.number for row in rows] == list(range(1, len(rows) + 1)) and bool(rows)
    assert ended


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60), NAMES)
def test_any_bytes_end_with_rows_or_a_refusal(content: bytes, name: str) -> None:
    try:
        ended = bool(read(content, name))
    except FileProblem as problem:
        ended = bool(problem.detail)
    assert ended


@settings(max_examples=50, deadline=None)
@given(st.lists(GOOD | BAD, min_size=1, max_size=6), st.sampled_from(["a.json", "a.jsonl"]))
def test_good_and_bad_rows_are_all_rows_of_json(values: list[object], name: str) -> None:
    lines = [json.dumps(value) for value in values]
    rows = read(("\n".join(lines) if name == "a.jsonl" else "[" + ",".join(lines) + "]").encode(), name)
    good = [row for row in rows if not row.flaws]
    assert len(rows) == len(values)
    assert [row.input for row in good] == [value for value in values if isinstance(value, dict) and fits(value)]


def is_number(cell: str) -> bool:
    return not cell or cell.strip() in {"1", "11", "111"}


def fits(value: dict[str, object]) -> bool:
    return not CHECKER.flaws(value)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(GOOD, min_size=1, max_size=6), st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])
)
def test_tasks_written_as_a_table_come_back_as_they_were(
    values: list[dict[str, Any]], delimiter: str, encoding: str
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["text", "n", "tags"])
    for value in values:
        tags = json.dumps(value["tags"], ensure_ascii=False) if "tags" in value else ""
        writer.writerow([value["text"], value.get("n", ""), tags])
    rows = read(written.getvalue().encode(encoding), "a.csv")
    assert [row.input for row in rows] == values
    assert not any(row.flaws for row in rows)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.text("ab1\"',\n", max_size=3), max_size=4), min_size=1, max_size=5))
def test_good_and_bad_rows_are_all_rows_of_a_table(cells: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(["text", "n"])
    writer.writerows(row or ["only"] for row in cells)
    rows = read(written.getvalue().encode(), "a.csv")
    assert len(rows) == len(cells)
    for row, given_cells in zip(rows, cells, strict=True):
        is_good = len(given_cells) == len(("text", "n")) and given_cells[0] and is_number(given_cells[1])
        assert bool(row.flaws) is not bool(is_good)
