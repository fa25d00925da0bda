"""Columns that are called otherwise: mapped, previewed, remembered for the project; and Parquet."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from taskyard.domain.uploads import parse_parquet
from taskyard.kit.settings import Settings
from tests.builders import PICTURE_FLOW, Yard
from tests.builders.people import Said
from tests.builders.uploads import Uploading, counts

FLOW = """
input: {type: object, required: [text], properties: {text: {type: string}, amount: {type: number}}}
steps:
  - {id: label, use: classify, by: people, with: {text: "{{ input.text }}", labels: [a, b]}}
"""
MAPPING = {"Body": "text", "No.": "external_id", "junk": None}


@pytest.fixture
def uploading(yard: Yard, settings: Settings) -> Uploading:
    return Uploading(yard, settings)


async def preview(yard: Yard, project: str, content: bytes | str, name: str = "t.csv", **fields: str) -> Said:
    body = content.encode() if isinstance(content, str) else content
    return await yard.owner.post("/uploads/preview", files={"file": (name, body)}, data={"project": project, **fields})


def goes(seen: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    return {column["name"]: (column["to"], column["by"]) for column in seen["columns"]}


async def stored(yard: Yard) -> list[tuple[str | None, Any]]:
    rows = await yard.sql(
        "SELECT external_id, input FROM tasks JOIN task_inputs ON task_id = tasks.id ORDER BY tasks.id"
    )
    return [(row.external_id, row.input) for row in rows]


@pytest.mark.parametrize(("name", "content"), [
    ("t.csv", "No.,junk,Body,amount\na,1,one,2.5\nb,2,two,\n"),
    ("t.jsonl", '{"No.": "a", "junk": 1, "Body": "one", "amount": 2.5}\n{"No.": "b", "Body": "two"}'),
    ("t.json", '[{"No.": "a", "Body": "one", "amount": 2.5}, {"No.": "b", "junk": {}, "Body": "two"}]'),
])  # fmt: skip
async def test_columns_and_keys_go_where_the_mapping_says(
    uploading: Uploading, yard: Yard, name: str, content: str
) -> None:
    upload = await uploading.taken(await yard.project(FLOW), content, name, mapping=json.dumps(MAPPING))
    assert counts(upload) == (2, 2, 0, 0)
    assert await stored(yard) == [("a", {"text": "one", "amount": 2.5}), ("b", {"text": "two"})]


async def test_failed_rows_keep_the_names_of_the_source_and_go_the_same_way_again(
    uploading: Uploading, yard: Yard
) -> None:
    project = await yard.project(FLOW)
    upload = await uploading.taken(project, "No.,Body,amount\na,one,x\n", mapping=json.dumps(MAPPING))
    head, row = (await uploading.failed_rows(upload)).splitlines()
    assert head == "_row,_error,No.,Body,amount"
    done = await uploading.mended(upload, f"{head}\n{row.replace(',x', ',3')}")
    assert (done["state"], await stored(yard)) == ("completed", [("a", {"text": "one", "amount": 3})])


@pytest.mark.parametrize(("mapping", "place"), [
    ({"Body": "texte"}, "mapping.Body"),
    ({"Body": "text", "Also": "text"}, "mapping.Also"),
])  # fmt: skip
async def test_a_mapping_to_nothing_or_of_two_to_one_is_refused(
    uploading: Uploading, yard: Yard, mapping: dict[str, str], place: str
) -> None:
    said = await uploading.give(await yard.project(FLOW), "Body\nx\n", mapping=json.dumps(mapping))
    assert said.problem == "mapping_unusable"
    assert [flaw["place"] for flaw in said.refusal["errors"]] == [place]
    assert (await yard.owner.get("/uploads")).json["total"] == 0


@pytest.mark.parametrize("mapping", ["{", "[]", '{"a": 1}'])
async def test_a_mapping_that_is_none_is_refused(uploading: Uploading, yard: Yard, mapping: str) -> None:
    assert (await uploading.give(await yard.project(FLOW), "text\nx\n", mapping=mapping)).problem == "body_invalid"


async def test_two_keys_that_go_to_one_field_are_told_in_the_row(uploading: Uploading, yard: Yard) -> None:
    content = '{"Body": "x", "text": "y"}\n{"Body": "z"}'
    upload = await uploading.taken(await yard.project(FLOW), content, "t.jsonl", mapping='{"Body": "text"}')
    assert (counts(upload), await uploading.errors(upload)) == ((2, 1, 0, 1), [(1, "text")])


async def test_a_preview_proposes_names_types_rows_and_keeps_nothing(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(FLOW)
    seen = (await preview(yard, project, "Message text,Amounts,batch,other\none,2.5,may,x\n,many,,y\n")).json
    assert (seen["format"], seen["problem"]) == ("csv", None)
    assert goes(seen) == {
        "Message text": ("text", "similar"), "Amounts": ("amount", "similar"), "batch": ("batch", "name"), "other": (None, None),
    }  # fmt: skip
    first, second = seen["rows"]
    assert (first["input"], first["batch"], first["flaws"]) == ({"text": "one", "amount": 2.5}, "may", [])
    assert [(flaw["field"], flaw["value"]) for flaw in second["flaws"]] == [("amount", "many"), ("text", None)]
    for table in ("uploads", "upload_mappings", "tasks", "files"):
        assert await yard.sql(f"SELECT 1 FROM {table}") == []


async def test_an_accepted_mapping_is_remembered_beside_those_before(uploading: Uploading, yard: Yard) -> None:
    project, other = await yard.project(FLOW), await yard.project(FLOW, name="B")
    await uploading.give(project, "Body\nx\n", mapping='{"Body": "text", "junk": null}')
    await uploading.give(project, "Sum,Body\n1,x\n", mapping='{"Sum": "amount", "Body": "text"}')
    content = "Sum,Body,junk\n1,x,y\n"
    assert goes((await preview(yard, project, content)).json) == {
        "Sum": ("amount", "remembered"), "Body": ("text", "remembered"), "junk": (None, "remembered"),
    }  # fmt: skip
    assert goes((await preview(yard, other, content)).json)["Body"] == (None, None)
    said = (await preview(yard, project, content, mapping='{"junk": "text", "Sum": null}')).json
    assert goes(said) == {"Sum": (None, "said"), "Body": (None, None), "junk": ("text", "said")}
    assert said["rows"][0]["input"] == {"text": "y"}


async def test_a_preview_of_a_part_does_not_mind_where_it_ends(yard: Yard) -> None:
    project = await yard.project(FLOW)
    for name, content in (
        ("t.csv", 'text,amount\none,1\ntwo,2\n"thr'),
        ("t.jsonl", '{"text": "one"}\n{"text": "two"}\n{"te'),
        ("t.json", '[{"text": "one"},\n{"text": "two"},\n{"te'),
        ("t.json", '[{"text": "one"}, {"text": "two"}, {"te'),
    ):
        seen = (await preview(yard, project, content, name, part="true")).json
        assert ([row["input"]["text"] for row in seen["rows"]], seen["problem"]) == (["one", "two"], None)
    whole = (await preview(yard, project, '[{"text": "one"}, {"te', "t.json")).json
    assert whole["problem"].startswith("t.json cannot be read past line 1")


async def test_a_preview_tells_columns_that_are_missing_and_files_that_are_not_there(yard: Yard) -> None:
    project = await yard.project(FLOW)
    seen = (await preview(yard, project, "amount\n1\n")).json
    assert seen["problem"] == "The columns of t.csv do not fit the input of this project."
    assert [flaw["field"] for flaw in seen["flaws"]] == ["text"]
    pictures = await yard.project(PICTURE_FLOW, name="P")
    (row,) = (await preview(yard, pictures, "photo\nnothing\n")).json["rows"]
    assert row["flaws"][0]["field"] == "photo"
    assert (await preview(yard, project, b"\x89PNG\r\n\x1a\n")).problem == "format_not_supported"
    whole = (await preview(yard, project, '{"input": {"text": "x"}, "priority": 3}', "t.jsonl")).json
    assert (whole["rows"][0]["input"], whole["rows"][0]["priority"]) == ({"text": "x"}, 3)


# --- Parquet


def a_parquet(columns: dict[str, Any], **how: Any) -> bytes:
    written = io.BytesIO()
    parquet.write_table(pa.table(columns), written, **how)
    return written.getvalue()


async def test_parquet_is_read_batch_by_batch_with_types_and_nulls(
    uploading: Uploading, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parse_parquet, "BATCH_ROWS", 2)
    content = a_parquet(
        {"Body": ["one", "two", None, "four", "five"], "amount": [1.5, None, 2.0, float("nan"), 4.0],
         "No.": ["a", "b", "c", "d", "e"]},
        row_group_size=3,
    )  # fmt: skip
    upload = await uploading.taken(await yard.project(FLOW), content, "t.parquet", mapping=json.dumps(MAPPING))
    assert (upload["format"], counts(upload)) == ("parquet", (5, 3, 0, 2))
    assert await uploading.errors(upload) == [(3, "text"), (4, "amount")]
    assert [given for _, given in await stored(yard)] == [
        {"text": "one", "amount": 1.5}, {"text": "two"}, {"text": "five", "amount": 4.0},
    ]  # fmt: skip
    first, second = map(json.loads, (await uploading.failed_rows(upload)).splitlines())
    assert (first["_row"], second["_row"], second["amount"]) == (3, 4, "nan")
    mended = [{**first, "Body": "three"}, {**second, "amount": 4}]
    done = await uploading.mended(upload, "\n".join(map(json.dumps, mended)), "mended.jsonl")
    assert counts(done) == (5, 5, 0, 0)


async def test_dates_decimals_and_lists_of_parquet_become_json(yard: Yard) -> None:
    flow = FLOW.replace("amount: {type: number}", "amount: {type: number}, day: {type: string}, tags: {type: array}")
    columns = {"text": ["x"], "day": [date(2026, 1, 2)], "amount": [Decimal("2.50")], "tags": [["a", None]]}
    seen = (await preview(yard, await yard.project(flow), a_parquet(columns), "t.parquet")).json
    assert seen["rows"][0]["input"] == {"text": "x", "day": "2026-01-02", "amount": 2.5, "tags": ["a", None]}
    assert seen["rows"][0]["flaws"] == []
    binary = (await preview(yard, await yard.project(FLOW, name="B"), a_parquet({"text": [b"x"]}), "t.parquet")).json
    assert "binary" in binary["rows"][0]["flaws"][0]["says"]


async def test_a_broken_or_empty_parquet_file_fails_with_the_reason(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(FLOW)
    content = a_parquet({"text": ["x"] * 5000})
    for broken in (content[:-20], content[:50] + b"\0" * 100 + content[150:], a_parquet({"text": []})):
        upload = await uploading.taken(project, broken, "t.parquet")
        assert (upload["state"], upload["created"]) == ("failed", 0)
        assert upload["reason"]


async def test_without_a_reader_parquet_is_refused_with_the_mend(
    uploading: Uploading, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parse_parquet, "find_spec", lambda _: None)
    said = await uploading.give(await yard.project(FLOW), a_parquet({"text": ["x"]}), "t.parquet")
    assert said.problem == "format_not_supported"
    assert "taskyard[parquet]" in said.response.text
