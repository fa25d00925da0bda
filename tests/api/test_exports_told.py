"""What the record, the names and the heads of exports tell of what was asked for."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow.parquet
import pytest

from taskyard.kit.settings import Settings
from tests.api.test_export_records import made, manifest
from tests.builders import PICTURE_FLOW, TWO_STEP_FLOW, Yard

TYPED_FLOW = """
input: {type: object, required: [text], properties: {text: {type: string}, weight: {type: number}}}
steps:
  - id: details
    use: fill
    by: people
    with: {text: "{{ input.text }}", prompt: "What is it?"}
    output:
      type: object
      required: [urgency]
      properties: {urgency: {type: integer}, note: {type: string}, late: {type: boolean}}
output:
  urgency: "{{ details.urgency }}"
  late: "{{ details.late }}"
  weight: "{{ input.weight }}"
  note: "{{ details.note }}"
  said: "It is {{ details.urgency }}"
  fixed: 7
"""


async def head(yard: Yard, export: dict[str, Any]) -> list[str]:
    text = (await yard.owner.get(f"/exports/{export['id']}/download")).response.text
    return next(csv.reader(io.StringIO(text)))


async def test_a_file_of_one_project_is_called_after_it(yard: Yard, settings: Settings) -> None:
    quay, other = await yard.project(name="Quay/Ünter"), await yard.project(name="Other")
    one, two = await yard.task(quay), await yard.task(other)
    names = {
        "quay": {"filter": {"project": [quay]}},
        "of ids": {"ids": [one["id"]]},
        "both": {"filter": {"project": [quay, other]}},
        "both ids": {"ids": [one["id"], two["id"]]},
        "all": {"filter": {}},
    }
    told = {name: (await made(yard, settings, selection=asked))["file_name"] for name, asked in names.items()}
    assert {name: file.rpartition("-")[0].rpartition("-")[0] for name, file in told.items()} == {
        "quay": "Quay-Ünter", "of ids": "Quay-Ünter", "both": "tasks", "both ids": "tasks", "all": "tasks",
    }  # fmt: skip
    said = (await yard.owner.get("/tasks/export", params={"project": quay})).headers["content-disposition"]
    assert "filename*=UTF-8''Quay-%C3%9Cnter-" in said


@pytest.mark.parametrize("form", ["jsonl", "coco"])
async def test_the_manifest_of_a_single_file_calls_it_as_the_download_does(
    yard: Yard, settings: Settings, form: str
) -> None:
    await yard.task(await yard.project(PICTURE_FLOW), {"photo": await yard.file()})
    done = await made(yard, settings, format=form)
    (file,) = (await manifest(yard, done))["files"]
    assert (file["name"], file["sha256"]) == (done["file_name"], done["sha256"])
    said = await yard.owner.get(f"/exports/{done['id']}/download")
    assert f'filename="{file["name"]}"' in said.headers["content-disposition"]


async def test_one_export_tells_all_that_was_asked_for_and_the_list_does_not(yard: Yard, settings: Settings) -> None:
    task = await yard.task(await yard.project())
    done = await made(yard, settings, selection={"ids": [task["id"]]})
    assert (done["asked"], done["selection"]) == ({"ids": [task["id"]]}, {"chosen": 1})
    assert len(done["manifest_sha256"]) == 64
    assert (await yard.owner.get("/exports")).json["items"][0]["asked"] is None


async def test_a_consumer_tells_how_many_it_was_given_last(yard: Yard, settings: Settings) -> None:
    await yard.task(await yard.project())
    await made(yard, settings, consumer="billing")
    (consumer,) = (await yard.owner.get("/exports/consumers")).json["items"]
    assert (consumer["last_tasks"], consumer["last_gone"]) == (1, 0)
    assert (await yard.owner.delete(f"/exports/{consumer['last_export_id']}")).status == 204
    (consumer,) = (await yard.owner.get("/exports/consumers")).json["items"]
    assert (consumer["last_tasks"], consumer["last_gone"]) == (None, None)


async def test_another_filter_for_a_consumer_is_refused_with_the_one_it_has(yard: Yard, settings: Settings) -> None:
    project = await yard.project(name="Quay")
    await yard.task(project)
    before = {"filter": {"project": [project], "status": ["queued", "failed"], "redo": False}}
    await made(yard, settings, consumer="billing", selection=before)
    said = await yard.owner.post("/exports", {"consumer": "billing"})
    assert (said.status, said.problem) == (409, "consumer_asks_otherwise")
    assert said.refusal["detail"] == (
        "billing was given tasks with project `Quay`, redo `false`, status `queued` or `failed` until now: "
        "ask for the same, take another name, or have it begin anew."
    )
    await made(yard, settings, consumer="all")
    said = await yard.owner.post("/exports", {"consumer": "all", "selection": before})
    assert said.refusal["detail"].startswith("all was given all tasks until now: ")


# --- columns


async def test_the_files_of_a_consumer_have_one_head(yard: Yard, settings: Settings) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    await yard.project(TYPED_FLOW)
    one = {"consumer": "one", "format": "csv", "selection": {"filter": {"project": [project]}}}
    every = {"consumer": "all", "format": "csv"}
    await yard.task(project)
    heads = {
        name: [await head(yard, await made(yard, settings, **asked)) for _ in range(2)]
        for name, asked in (("one", one), ("all", every))
    }
    assert heads["one"][0] == heads["one"][1]
    assert heads["all"][0] == heads["all"][1]
    assert "details.part" in heads["one"][1]
    assert "output.urgency" not in heads["one"][1]
    assert {"details.part", "output.urgency"} <= set(heads["all"][1])


async def test_a_project_without_tasks_has_the_columns_of_its_flow(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    said = await yard.owner.get("/tasks/export", params={"format": "csv", "project": project})
    (only,) = csv.reader(io.StringIO(said.response.text))
    assert {"input.text", "label.labels", "details.part", "output.part"} <= set(only)


async def test_the_output_has_the_types_of_what_it_refers_to(yard: Yard) -> None:
    project = await yard.project(TYPED_FLOW)
    await yard.task(project, {"text": "A", "weight": 1.5})
    await yard.task(project, {"text": "B"})
    await yard.answer(await yard.person(), {"urgency": 3, "late": True, "note": "soon"})
    said = await yard.owner.get("/tasks/export", params={"format": "parquet", "project": project})
    table = pyarrow.parquet.read_table(io.BytesIO(said.response.content))
    types = {
        name: str(table.schema.field(f"output.{name}").type)
        for name in ("urgency", "late", "weight", "note", "said", "fixed")
    }
    assert types == {
        "urgency": "int64", "late": "bool", "weight": "double", "note": "string", "said": "string", "fixed": "string",
    }  # fmt: skip
    first, second = table.to_pylist()
    assert (first["output.urgency"], first["output.late"], first["output.weight"]) == (3, True, 1.5)
    assert (first["output.said"], second["output.urgency"]) == ("It is 3", None)


async def test_measured_time_is_told_to_the_millisecond(yard: Yard) -> None:
    await yard.task(await yard.project())
    await yard.answer(await yard.person(), {"labels": ["praise"]})
    await yard.sql("UPDATE tasks SET seconds = 0.020999999999999998")
    await yard.sql("UPDATE answers SET seconds = 12.0000000001")
    said = (await yard.owner.get("/tasks/export")).response.text
    (task,) = [json.loads(line) for line in said.splitlines()]
    assert (task["seconds"], task["answers"][0]["seconds"]) == (0.021, 12)
    assert '"seconds" : 0.021' in said
    sheet = (await yard.owner.get("/tasks/export", params={"format": "csv"})).response.text
    (row,) = csv.DictReader(io.StringIO(sheet))
    assert row["seconds"] == "0.021"
