"""What exports look like, read by the programs they are for."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import zipfile
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow.parquet
import pytest
from PIL import Image

from tests.builders import FILL_FLOW, TWO_STEP_FLOW, Person, Yard, a_picture

BOXES_FLOW = """
input: {type: object, required: [photo], properties: {photo: {type: string, x-kind: image}, note: {type: string}}}
steps:
  - id: draw
    use: annotate
    by: people
    with: {image: "{{ input.photo }}", prompt: "Every item", labels: [item, total]}
  - id: improve
    use: annotate
    by: people
    with: {image: "{{ input.photo }}", prompt: "Better", labels: [item, total], prefill: "{{ draw }}"}
output: {regions: "{{ improve.regions }}"}
"""
WIDE_FLOW = """
input:
  type: object
  required: [text]
  properties:
    text: {type: string}
    amount: {type: number}
    pieces: {type: integer}
    urgent: {type: boolean}
    tags: {type: array, items: {type: string}}
    note: {type: [string, "null"]}
steps:
  - id: label
    use: classify
    by: people
    with: {text: "{{ input.text }}", labels: [question, problem, praise]}
output: {label: "{{ label.labels[0] }}"}
"""
BOX = {"label": "item", "shape": "rectangle", "box": [10, 20, 100, 40]}
POLYGON = {"label": "total", "shape": "polygon", "points": [[0, 0], [120, 0], [120, 80]]}
POINT = {"label": "item", "shape": "point", "points": [[5, 5]]}


async def export(who: Person, form: str, **asked: Any) -> Any:
    said = await who.get("/tasks/export", params={"format": form, **asked})
    assert said.status == 200, said.response.text
    return said.response


async def sheet(who: Person, **asked: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((await export(who, "csv", **asked)).text, newline=""), strict=True))


async def archive(who: Person, form: str, **asked: Any) -> zipfile.ZipFile:
    found = zipfile.ZipFile(io.BytesIO((await export(who, form, **asked)).content))
    assert found.testzip() is None
    return found


# --- CSV


async def test_a_sheet_has_one_row_a_task_and_a_column_for_every_field(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW, name="Letters")
    await yard.task(project, {"text": 'He said "no",\nand left; ü 漢'}, external_id="m-1", batch="may", priority=-2)
    await yard.task(project, {"text": "Second"})
    ana = await yard.person(name="Ana")
    await yard.answer(ana, {"labels": ["problem"]})
    await yard.answer(ana, {"part": "door", "urgent": True})
    first, second = await sheet(yard.owner)
    assert list(first)[:18] == ["id", "external_id", "project", "status", "priority", "batch", "created_at",
                                "last_submitted_at", "completed_at", "audit", "audited_by", "audited_at", "audit_reasons", "redo_count", "seconds", "cost", "run",
                                "metadata"]  # fmt: skip
    assert first["input.text"] == 'He said "no",\nand left; ü 漢'
    assert (first["external_id"], first["project"], first["status"], first["batch"]) == (
        "m-1",
        "Letters",
        "completed",
        "may",
    )
    assert (first["label.labels"], first["details.part"], first["details.urgent"]) == ('["problem"]', "door", "true")
    assert (first["label by"], first["output.part"], first["priority"]) == ("Ana", "door", "-2")
    assert datetime.fromisoformat(first["completed_at"]).tzinfo is UTC
    assert (second["input.text"], second["label.labels"], second["status"]) == ("Second", "", "queued")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"), ("+SUM(A1)", "'+SUM(A1)"), ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"), ("@SUM(1)", "'@SUM(1)"),
        ("\tx", "'\tx"), ("\rx", "'\rx"), ("-5", "-5"), ("+49.5e3", "+49.5e3"), (".5", ".5"), ("-", "'-"), ("-5-", "'-5-"),
        ("plain =1", "plain =1"), ("'=1", "'=1"), ("-1\n=2", "'-1\n=2"),
    ],
)  # fmt: skip
async def test_no_cell_of_a_sheet_is_run_as_a_formula(yard: Yard, text: str, cell: str) -> None:
    await yard.task(await yard.project(), {"text": text}, external_id=text.strip(), batch=text.strip())
    (row,) = await sheet(yard.owner)
    assert row["input.text"] == cell
    assert (
        row["external_id"]
        == row["batch"]
        == (cell.replace("\t", "").replace("\r", "") if text.strip() == text else "x")
    )


async def test_numbers_stay_exact_and_nested_values_are_json(yard: Yard) -> None:
    project = await yard.project(WIDE_FLOW)
    given = {"text": "", "amount": -2.5, "pieces": 2**70, "urgent": False, "tags": ["a", "=b"], "note": None}
    await yard.task(project, given, metadata={"k": {"n": 2**70}})
    (row,) = await sheet(yard.owner)
    assert (row["input.amount"], row["input.pieces"], row["input.urgent"]) == ("-2.5", str(2**70), "false")
    assert (json.loads(row["input.tags"]), row["input.note"], row["input.text"]) == (["a", "=b"], "", "")
    assert json.loads(row["metadata"]) == {"k": {"n": 2**70}}


async def test_columns_of_several_projects_and_of_earlier_versions_stand_side_by_side(yard: Yard) -> None:
    amounts = await yard.project(FILL_FLOW, name="Amounts")
    await yard.task(amounts, {"text": "12"})
    await yard.answer(await yard.person(), {"total": 12.5})
    changed = FILL_FLOW.replace("total", "sum").replace("date: {type: string, format: date}", "net: {type: number}")
    draft = (await yard.owner.get(f"/projects/{amounts}/draft")).json
    assert draft["revision"] is not None
    await yard.owner.put(
        f"/projects/{amounts}/draft", {"source": changed}, headers={"If-Match": f'"{draft["revision"]}"'}
    )
    assert (await yard.owner.post(f"/projects/{amounts}/publish")).status == 200
    await yard.task(await yard.project(), {"text": "Hello"})
    await yard.project(WIDE_FLOW, name="Without tasks")
    rows = await sheet(yard.owner)
    assert [row["amount.total"] for row in rows] == ["12.5", ""]
    assert {"amount.date", "amount.sum", "amount.net", "label.labels"} <= set(rows[0])
    assert "input.pieces" not in rows[0]
    assert len(await sheet(yard.owner, project=amounts)) == 1


async def test_an_export_of_nothing_is_a_head_alone(yard: Yard) -> None:
    assert (await export(yard.owner, "csv")).text.splitlines()[0].startswith("id,external_id,project")
    assert await sheet(yard.owner) == []


# --- Parquet


async def test_parquet_has_types_and_tells_null_from_empty(yard: Yard) -> None:
    project = await yard.project(WIDE_FLOW)
    await yard.task(project, {"text": "", "amount": 2.5, "pieces": 3, "urgent": True, "tags": ["a"]}, external_id="=1")
    await yard.task(project, {"text": 'a\nb,"c"', "amount": -1, "pieces": 2**63 - 1, "note": "x"})
    await yard.answer(await yard.person(name="Ana"), {"labels": ["praise"]})
    found = pyarrow.parquet.read_table(io.BytesIO((await export(yard.owner, "parquet")).content))
    types = {
        name: str(found.schema.field(name).type)
        for name in ("input.amount", "input.pieces", "input.urgent", "created_at", "id", "priority")
    }
    assert types == {"input.amount": "double", "input.pieces": "int64", "input.urgent": "bool",
                     "created_at": "timestamp[us, tz=UTC]", "id": "string", "priority": "int64"}  # fmt: skip
    first, second = found.to_pylist()
    assert (first["input.text"], first["input.note"], first["external_id"], first["label by"]) == (
        "",
        None,
        "=1",
        "Ana",
    )
    assert (second["input.text"], second["input.pieces"], second["input.amount"]) == ('a\nb,"c"', 2**63 - 1, -1.0)
    assert (first["label.labels"], second["label.labels"], second["completed_at"]) == ('["praise"]', None, None)
    assert abs((datetime.now(UTC) - first["created_at"]).total_seconds()) < 600


async def test_a_number_that_parquet_cannot_hold_is_named(yard: Yard) -> None:
    await yard.task(await yard.project(WIDE_FLOW), {"text": "a", "pieces": 2**70})
    said = await yard.owner.get("/tasks/export", params={"format": "parquet"})
    assert (said.status, said.problem) == (422, "cell_unfit")
    assert str(2**70) in said.refusal["detail"]


async def test_without_the_library_parquet_is_refused_with_what_to_install(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = await yard.owner.get("/tasks/export", params={"format": "parquet"})
    assert (said.status, said.problem) == (503, "parquet_missing")
    assert "taskyard[parquet]" in said.refusal["detail"]


# --- pictures


async def pictures(yard: Yard, *answers: list[dict[str, Any]]) -> tuple[str, list[str]]:
    project = await yard.project(BOXES_FLOW, name="Pictures")
    files = []
    for regions in answers:
        files.append(await yard.file(a_picture(size=(200, 100)), "shelf.png"))
        await yard.task(project, {"photo": files[-1]})
        ana = await yard.person()
        await yard.answer(ana, {"regions": [BOX]}, project)
        if regions:
            await yard.answer(await yard.person(), {"regions": regions}, project)
    return project, files


async def test_coco_has_boxes_and_outlines_in_pixels(yard: Yard) -> None:
    _, (first, second) = await pictures(yard, [BOX, POLYGON, POINT], [])
    await yard.task(await yard.project())
    said = (await export(yard.owner, "coco")).json()
    assert [
        (image["id"], image["file_name"], image["width"], image["height"], image["file_id"]) for image in said["images"]
    ] == [
        (1, "shelf.png", 200, 100, first),
        (2, "shelf.png", 200, 100, second),
    ]
    assert said["categories"] == [
        {"id": 1, "name": "item", "supercategory": ""},
        {"id": 2, "name": "total", "supercategory": ""},
    ]
    box, polygon, earlier = said["annotations"]
    assert (box["bbox"], box["area"], box["image_id"], box["category_id"], box["iscrowd"]) == (
        [10, 20, 100, 40],
        4000,
        1,
        1,
        0,
    )
    assert (polygon["bbox"], polygon["area"]) == ([0, 0, 120, 80], 4800)
    assert polygon["segmentation"] == [[0, 0, 120, 0, 120, 80]]
    assert (earlier["image_id"], [each["id"] for each in said["annotations"]]) == (2, [1, 2, 3])


async def test_coco_of_all_answers_says_whose_each_region_is_and_of_one_step_only_those(yard: Yard) -> None:
    await pictures(yard, [BOX, POLYGON])
    everything = (await export(yard.owner, "coco", answers="all")).json()
    assert [each["step"] for each in everything["annotations"]] == ["draw", "improve", "improve"]
    assert len({each["answer_id"] for each in everything["annotations"]}) == 2
    drawn = (await export(yard.owner, "coco", answers="step", answers_of="draw")).json()
    assert [each["bbox"] for each in drawn["annotations"]] == [[10, 20, 100, 40]]


async def test_coco_with_files_names_them_as_they_stand_in_the_zip(yard: Yard) -> None:
    await pictures(yard, [BOX])
    await yard.task(await yard.project())
    found = await archive(yard.owner, "coco", include="files")
    (image,) = json.loads(found.read("annotations.json"))["images"]
    with Image.open(io.BytesIO(found.read(image["file_name"]))) as picture:
        assert picture.size == (image["width"], image["height"])
    manifest = json.loads(found.read("manifest.json"))
    assert (manifest["counts"]["tasks"], manifest["counts"]["files"]) == (2, 1)
    assert manifest["counts"]["left_out"] == {"no annotate answer": 1}


async def test_yolo_has_a_file_of_labels_for_each_picture(yard: Yard) -> None:
    await pictures(yard, [BOX, POLYGON, POINT], [BOX])
    found = await archive(yard.owner, "yolo", include="files")
    labels = [name for name in found.namelist() if name.startswith("labels/")]
    images = [name for name in found.namelist() if name.startswith("images/")]
    assert [name.removeprefix("labels/").removesuffix(".txt") for name in labels] == [
        name.removeprefix("images/").removesuffix(".png") for name in images
    ]
    assert found.read(labels[0]).decode().splitlines() == [
        "0 0.300000 0.400000 0.500000 0.400000",
        "1 0.000000 0.000000 0.600000 0.000000 0.600000 0.800000",
    ]
    assert found.read("classes.txt").decode() == "item\ntotal\n"
    assert b'  1: "total"\n' in found.read("data.yaml")
    with Image.open(io.BytesIO(found.read(images[0]))) as picture:
        assert picture.size == (200, 100)
    assert json.loads(found.read("manifest.json"))["counts"]["left_out"] == {
        "points, which boxes and polygons cannot show": 1
    }


async def test_yolo_without_files_is_labels_alone(yard: Yard) -> None:
    await pictures(yard, [BOX])
    names = (await archive(yard.owner, "yolo")).namelist()
    assert [name.partition("/")[0] for name in names] == ["labels", "classes.txt", "data.yaml", "manifest.json"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"format": "coco", "include": "events"}, "no place for events"),
        ({"format": "yolo", "answers": "all"}, "one set of labels"),
        ({"answers": "step"}, "answers_of"),
    ],
)
async def test_what_cannot_be_asked_for_together_is_refused(yard: Yard, asked: dict[str, str], says: str) -> None:
    said = await yard.owner.get("/tasks/export", params=asked)
    assert (said.status, said.problem) == (422, "not_together")
    assert says in said.refusal["detail"]


# --- which answers, and what beside them


async def test_all_answers_are_of_every_run_with_late_work_and_work_in_hand_marked(yard: Yard) -> None:
    project = await yard.project()
    task = await yard.task(project)
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    await yard.answer(ana, {"labels": ["praise"]})
    assert (await yard.owner.post(f"/tasks/{task['id']}/runs", {})).status == 201
    hold = (await ben.post("/next", {})).json["reservation"]
    await ben.put(
        f"/reservations/{hold['id']}/draft",
        {"answer": {"labels": ["question"]}, "token": hold["token"]},
        headers={"If-Match": '"0"'},
    )

    async def answers(**asked: str) -> list[tuple[str, int, Any]]:
        (line,) = [json.loads(line) for line in (await export(yard.owner, "jsonl", **asked)).text.splitlines()]
        return [(answer["kind"], answer["run"], answer["data"]["labels"]) for answer in line["answers"]]

    assert await answers() == []
    assert await answers(answers="latest") == [("answer", 1, ["praise"])]
    assert await answers(answers="all") == [("answer", 1, ["praise"]), ("draft", 2, ["question"])]
    assert await answers(answers="all", answers_of="label") == await answers(answers="all")
    (row,) = await sheet(yard.owner, answers="all")
    assert [answer["kind"] for answer in json.loads(row["answers"])] == ["answer", "draft"]


async def test_answers_of_one_step_leave_the_others_out_and_the_filter_step_means_something_else(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    await yard.task(project)
    ana = await yard.person()
    await yard.answer(ana, {"labels": ["problem"]})
    await yard.answer(ana, {"part": "door"})
    (line,) = (await export(yard.owner, "jsonl", answers="step", answers_of="details")).text.splitlines()
    assert [answer["step"] for answer in json.loads(line)["answers"]] == ["details"]
    assert (await export(yard.owner, "jsonl", answers="step", answers_of="details", step="details")).text == ""
    (row,) = await sheet(yard.owner, answers_of="details")
    assert "details.part" in row
    assert "label.labels" not in row


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
async def test_events_go_along_when_asked_for(yard: Yard, form: str) -> None:
    await yard.task(await yard.project())
    content = (await export(yard.owner, form, include="events")).content
    told: dict[str, Any] = {
        "jsonl": lambda: orjson.loads(content)["events"],
        "csv": lambda: json.loads(next(csv.DictReader(io.StringIO(content.decode())))["events"]),
        "parquet": lambda: json.loads(pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()[0]["events"]),
    }
    assert [event["name"] for event in told[form]()] == ["task.created", "run.queued"]
    assert b"events" not in (await export(yard.owner, form)).content


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "parquet"])
async def test_with_files_an_export_is_a_zip_whose_sums_are_right(yard: Yard, form: str) -> None:
    project, (file, _) = await pictures(yard, [BOX], [])
    content = a_picture(size=(200, 100))
    response = await export(yard.owner, form, include="files", project=project)
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"].endswith(".zip")
    found = zipfile.ZipFile(io.BytesIO(response.content))
    assert found.testzip() is None
    assert found.read(f"files/{file}-shelf.png") == content
    manifest = json.loads(found.read("manifest.json"))
    assert {name for name in found.namelist() if name != "manifest.json"} == {
        told["name"] for told in manifest["files"]
    }
    for told in manifest["files"]:
        inside = found.read(told["name"])
        assert (len(inside), hashlib.sha256(inside).hexdigest()) == (told["bytes"], told["sha256"])
    assert manifest["selection"] == {"filter": {"project": [project]}, "except": []}
    assert manifest["counts"] == {"tasks": 2, "answers": 3, "gone": 0, "files": 2, "left_out": {}}
    assert manifest["projects"] == [{"id": project, "name": "Pictures", "versions": [1]}]
    assert manifest["include"] == ["files"]


async def test_a_file_that_is_gone_from_the_store_is_left_out_and_counted(yard: Yard) -> None:
    await pictures(yard, [BOX])
    (sha256,) = await yard.sql("SELECT sha256 FROM files LIMIT 1")
    await yard.desk.objects.delete(yard.workspace_id, sha256[0])
    found = await archive(yard.owner, "jsonl", include="files")
    assert found.namelist() == ["tasks.jsonl", "manifest.json"]
    assert json.loads(found.read("manifest.json"))["counts"]["left_out"] == {"files that could not be read": 1}


async def test_time_and_cost_are_for_leads_alone(yard: Yard) -> None:
    await yard.task(await yard.project(shared_with_clients=True))
    client = await yard.person("client")
    for who, is_told in ((yard.owner, True), (client, False)):
        assert ("cost" in (await sheet(who))[0]) is is_told
        assert ("seconds" in (await export(who, "jsonl")).json()) is is_told


async def test_clients_get_no_file_and_no_row_of_a_project_that_is_not_shared(yard: Yard) -> None:
    await pictures(yard, [BOX])
    client = await yard.person("client")
    found = await archive(client, "jsonl", include="files")
    assert found.namelist() == ["tasks.jsonl", "manifest.json"]
    assert await sheet(client) == []
    assert json.loads(found.read("manifest.json"))["projects"] == []
