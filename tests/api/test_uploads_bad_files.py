"""Files that cannot be tasks: each ends with a clear reason, leaves no task, and the counts agree with the database."""

from __future__ import annotations

import gzip
from typing import Any
from uuid import UUID

import pytest

from taskyard.domain import uploads
from taskyard.domain.uploads import portions
from taskyard.kit.settings import Settings
from tests.builders import Said, Yard
from tests.builders.zips import a_zip

DEEP = b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
REFUSED_AT_ONCE = {
    "a gzip archive named .csv": ("tasks.csv", gzip.compress(b"text\nx\n", mtime=0), "format_not_supported"),
    "a workbook named .csv": (
        "tasks.csv",
        a_zip({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}),
        "format_not_supported",
    ),
    "a picture named .json": ("tasks.json", b"\x89PNG\r\n\x1a\n", "format_not_supported"),
    "text named .zip": ("photos.zip", b"not a zip\n", "format_not_supported"),
    "text named .parquet": ("rows.parquet", b"text\nhello\n", "format_not_supported"),
    "UTF-16 without its mark": ("tasks.csv", "text\nx\n".encode("utf-16-le"), "text_not_readable"),
    "UTF-32": ("tasks.csv", "text\nx\n".encode("utf-32"), "text_not_readable"),
    "nothing": ("tasks.csv", b"", "file_has_no_rows"),
    "white space": ("tasks.jsonl", b" \n \n", "file_has_no_rows"),
}
FAILS = {
    "Latin-1 after thousands of good rows": ("t.csv", b"text\n" + b"fine\n" * 5_000 + "café\n".encode("latin-1")),
    "half a UTF-16 character": ("t.csv", "text\nx\n".encode("utf-16") + b"a"),
    "a NUL in the header": ("t.csv", b"te\x00xt\nx\n"),
    "only a header": ("t.csv", b"text\n"),
    "two columns of one name": ("t.csv", b"text,text\na,b\n"),
    "an unknown column": ("t.csv", b"texte\na\n"),
    "a column without a name": ("t.csv", b"text,\na,b\n"),
    "a quote that is never closed": ("t.csv", b'text\nfine\n"open\n' + b"x\n" * 20_000),
    "100 MB in one line of a table": ("t.csv", b'text\n"' + b"x" * 100_000_000),
    "100 MB in one value": ("t.json", b'[{"text": "' + b"x" * 100_000_000),
    "brackets without an end": ("t.json", b"[" * 200_000),
    "one object that is no list": ("t.json", b'{"text": "x", "more": 1}\n'),
    "a list that ends too early": ("t.json", b'[{"text": "x"}, {"text": "y"}'),
    "something after the list": ("t.json", b'[{"text": "x"}] and more'),
}
BAD_ROWS = {
    "ragged": ("t.csv", b"text,batch\nfine,\nshort\nlong,,,\n", [2, 3]),
    "a quote inside a cell": ("t.csv", b'text\nfine\n"a"b\n', [2]),
    "NUL in a cell": ("t.csv", b"text\nfine\na\x00b\n", [2]),
    "NUL": ("t.jsonl", b'{"text": "fine"}\n{"text": "a\\u0000b"}\n', [2]),
    "half a character": ("t.jsonl", b'{"text": "fine"}\n{"text": "\\ud800"}\n', [2]),
    "a name twice": ("t.jsonl", b'{"text": "fine"}\n{"text": "a", "text": "b"}\n', [2]),
    "a name twice in a list": ("t.json", b'[{"text": "fine"}, {"text": "a", "text": "b"}]', [2]),
    "NaN and Infinity": ("t.jsonl", b'{"text": "fine"}\n{"text": NaN}\n{"text": -Infinity}\n', [2, 3]),
    "a number too large": ("t.jsonl", b'{"text": "fine"}\n{"text": 1e999}\n', [2]),
    "too many digits": ("t.jsonl", b'{"text": "fine"}\n{"text": ' + b"9" * 5_000 + b"}\n", [2]),
    "far too deep": ("t.jsonl", b'{"text": "fine"}\n' + DEEP + b"\n", [2]),
    "a line of 100 MB": ("t.jsonl", b'{"text": "fine"}\n{"text": "' + b"x" * 100_000_000 + b'"}\n', [2]),
    "no objects": ("t.jsonl", b'{"text": "fine"}\n[]\n"text"\nnull\n', [2, 3, 4]),
    "no JSON": ("t.jsonl", b'{"text": "fine"}\n{text: 1}\n', [2]),
    "an external id without end": (
        "t.jsonl",
        b'{"text": "x"}\n{"text": "x", "external_id": "' + b"i" * 9_000 + b'"}',
        [2],
    ),
    "an external id of NUL": ("t.jsonl", b'{"text": "fine"}\n{"text": "x", "external_id": "\\u0000"}', [2]),
    "a priority past 32 bits": ("t.jsonl", b'{"text": "fine"}\n{"text": "x", "priority": 2147483648}', [2]),
}
NAMES = {
    "../../etc/passwd.csv": "passwd.csv",
    "C:\\Users\\ana\\tasks.csv": "tasks.csv",
    "\u202egnp.csv": "gnp.csv",
    "a\u0001b\r\n.csv": "ab .csv",
    "файл 🙂.csv": "файл 🙂.csv",
    "x" * 900 + ".csv": "x" * 196 + ".csv",
    "...": "file",
}


async def give(yard: Yard, content: bytes, name: str, **data: str) -> Said:
    asked = {"project": await yard.project(), **data}
    return await yard.owner.post("/uploads", files={"file": (name, content)}, data=asked)


async def run(yard: Yard, settings: Settings, upload: dict[str, Any]) -> dict[str, Any]:
    """Do what a worker does with the chore of an upload, and return how it ended."""
    (chore,) = uploads.chores(yard.desk.database, settings, yard.desk.objects, yard.desk.pictures)
    await chore.enter(workspace_id=str(yard.workspace_id), upload_id=upload["id"])
    found: dict[str, Any] = (await yard.owner.get(f"/uploads/{upload['id']}")).json
    (row,) = await yard.sql("SELECT count(*) FROM tasks WHERE upload_id = :id", id=UUID(upload["id"]))
    assert found["created"] == row[0], "the counts are those of the database"
    if found["state"].startswith("completed"):
        assert found["rows"] == found["created"] + found["unchanged"] + found["failed"]
    return found


@pytest.mark.parametrize("what", REFUSED_AT_ONCE)
async def test_what_the_first_bytes_show_is_refused_at_once_and_leaves_nothing(yard: Yard, what: str) -> None:
    name, content, code = REFUSED_AT_ONCE[what]
    before = {path for path in yard.desk.settings.data.rglob("*") if path.is_file()}
    assert (await give(yard, content, name)).problem == code
    assert (await yard.owner.get("/uploads")).json["total"] == 0
    assert {path for path in yard.desk.settings.data.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("what", FAILS)
async def test_a_file_that_cannot_be_read_to_its_end_fails_whole(yard: Yard, settings: Settings, what: str) -> None:
    name, content = FAILS[what]
    done = await run(yard, settings, (await give(yard, content, name)).json)
    assert done["state"] == "failed"
    assert name in done["reason"]
    assert done["reason"].endswith(".")
    assert await yard.sql("SELECT 1 FROM tasks") == []


@pytest.mark.parametrize("what", BAD_ROWS)
async def test_a_bad_row_is_told_by_its_number_and_the_good_one_stays(
    yard: Yard, settings: Settings, what: str
) -> None:
    name, content, bad = BAD_ROWS[what]
    done = await run(yard, settings, (await give(yard, content, name)).json)
    assert (done["state"], done["created"], done["failed"]) == ("completed_with_errors", 1, len(bad))
    shown = (await yard.owner.get(f"/uploads/{done['id']}/errors")).json["items"]
    assert sorted({error["row"] for error in shown}) == bad
    assert all(error["says"] and len(str(error["value"])) <= 200 for error in shown)


async def test_a_file_that_breaks_after_several_portions_leaves_nothing_of_them(
    yard: Yard, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "PORTION_ROWS", 10)
    content = b"text,priority\n" + b"fine,1\nbad,x\n" * 50 + b"\xff\n"
    done = await run(yard, settings, (await give(yard, content, "t.csv")).json)
    assert (done["state"], done["created"]) == ("failed", 0)
    assert "0xFF" in done["reason"]
    (row,) = await yard.sql("SELECT count(*) FROM step_runs")
    assert row[0] == 0
    first = (await yard.owner.get(f"/uploads/{done['id']}/errors")).json["items"][0]
    assert (first["row"], first["field"]) == (0, "line 102")


@pytest.mark.parametrize("name", NAMES)
async def test_a_file_name_is_shown_and_never_a_path(yard: Yard, settings: Settings, name: str) -> None:
    asked = {"project": await yard.project(), "name": name}
    said = await yard.owner.post("/uploads", params=asked, content=b"text\nx\n", headers={"Content-Type": "text/csv"})
    assert said.json["file_name"] == NAMES[name]
    assert (await run(yard, settings, said.json))["created"] == 1


@pytest.mark.parametrize(("named", "problem"), [
    ({"project": "nonsense"}, "body_invalid"),
    ({"mode": "some_rows"}, "body_invalid"),
    ({"projekt": "x"}, "body_invalid"),
    ({"project": "01a202d2-6830-74b1-aa35-c01f1c6a0495"}, "no_such_project"),
])  # fmt: skip
async def test_a_form_that_does_not_fit_is_refused_by_its_field(
    yard: Yard, named: dict[str, str], problem: str
) -> None:
    assert (await give(yard, b"text\nx\n", "t.csv", **named)).problem == problem


async def test_a_body_without_a_project_or_of_another_type_is_refused(yard: Yard) -> None:
    csv, pdf = {"Content-Type": "text/csv"}, {"Content-Type": "application/pdf"}
    assert (await yard.owner.post("/uploads", content=b"text\nx\n", headers=csv)).problem == "body_invalid"
    assert (await yard.owner.post("/uploads", content=b"text\nx\n", headers=pdf)).problem == "wrong_content_type"


async def test_a_file_over_the_limit_is_refused_before_it_is_read(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    small = yard.desk.settings.model_copy(update={"upload_bytes_max": 1_000})
    monkeypatch.setattr(yard.desk, "settings", small)
    assert (await give(yard, b"text\n" + b"x" * 2_000_000, "t.csv")).problem == "file_too_large"
    assert (await give(yard, b"text\n" + b"x" * 1_200, "t.csv")).problem == "file_too_large"


async def test_a_project_that_takes_no_tasks_refuses_the_file(yard: Yard) -> None:
    unpublished = (await yard.owner.post("/projects", {"name": "New"})).json["id"]
    assert (await give(yard, b"text\nx\n", "t.csv", project=unpublished)).problem == "nothing_published"
    archived = await yard.project(state="archived")
    assert (await give(yard, b"text\nx\n", "t.csv", project=archived)).problem == "project_archived"
