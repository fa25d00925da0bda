"""Answers that rows bring along: read, checked as answers are, and where people begin."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from taskyard.kit.settings import Settings
from tests.builders import Yard, a_picture
from tests.builders.people import Person
from tests.builders.uploads import Uploading, counts

FLOW = """
input: {type: object, required: [text], properties: {text: {type: string}}}
steps:
  - {id: guess, use: classify, by: local/labels, with: {text: "{{ input.text }}", labels: [question, problem]}}
  - {id: label, use: classify, by: people, with: {text: "{{ input.text }}", labels: [question, problem, praise]}}
  - id: amount
    use: fill
    by: people
    with: {text: "{{ input.text }}"}
    output: {type: object, required: [total], properties: {total: {type: number}}}
  - id: parts
    use: fill
    by: people
    with: {text: "{{ input.text }}"}
    output:
      type: object
      required: [part]
      properties: {part: {type: string}, urgent: {type: boolean}, notes: {type: array, items: {type: string}}}
output: {label: "{{ label.labels[0] }}"}
"""
PICTURE_FLOW = """
input: {type: object, required: [photo], properties: {photo: {type: string, x-kind: image}}}
steps:
  - id: draw
    use: annotate
    by: people
    with: {image: "{{ input.photo }}", prompt: Draw, labels: [item, total]}
output: {regions: "{{ draw.regions }}"}
"""
HEAD = "text,answer.label,answer.amount,answer.parts.part,answer.parts.urgent,answer.parts.notes\n"
GIVEN = {
    "label": {"labels": ["problem"]},
    "amount": {"total": 12.5},
    "parts": {"part": "lid", "urgent": True, "notes": ["loose"]},
}


@pytest.fixture
def uploading(yard: Yard, settings: Settings) -> Uploading:
    return Uploading(yard, settings)


async def brought(yard: Yard) -> dict[str, Any]:
    """Return the answers of the only task, by step, as its page shows them."""
    (task,) = (await yard.owner.get("/tasks")).json["items"]
    page = (await yard.owner.get(f"/tasks/{task['id']}")).json
    found: dict[str, Any] = page["prefills"]
    assert page["prefilled_by"] == ("upload" if found else None)
    return found


async def turn(who: Person, project: str, step: str) -> dict[str, Any]:
    found: dict[str, Any] = (await who.post("/next", {"project": project, "step": step})).json["step_run"]
    return found


def table(rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def cells(values: Iterable[Any]) -> str:
    return ",".join('"' + json.dumps(value).replace('"', '""') + '"' for value in values)


def region(**named: Any) -> dict[str, Any]:
    return {"shape": "rectangle", "label": "item", "box": [1, 1, 20, 20], **named}


@pytest.mark.parametrize(("name", "content"), [
    ("t.csv", HEAD + "hello,problem,12.5,lid,true,loose\n"),
    ("t.csv", "text,answers\nhello," + cells([GIVEN]) + "\n"),
    ("t.csv", "text,answer.label,answer.amount,answer.parts\nhello," + cells(GIVEN.values()) + "\n"),
    ("t.json", json.dumps([{"text": "hello", "answers": GIVEN}])),
    ("t.jsonl", json.dumps({"input": {"text": "hello"}, "answers": GIVEN})),
    ("t.jsonl", json.dumps({"text": "hello", "answers": {"parts": GIVEN["parts"]}, "answer.label": "problem",
                            "answer.amount.total": 12.5})),
    ("t.parquet", table([{"text": "hello", "answer.label": "problem", "answer.amount": 12.5,
                          "answer.parts": '{"part": "lid", "urgent": true, "notes": ["loose"]}'}])),
    ("t.parquet", table([{"text": "hello", "answer.label.labels": ["problem"], "answer.amount.total": 12.5,
                          "answer.parts.part": "lid", "answer.parts.urgent": True, "answer.parts.notes": ["loose"]}])),
])  # fmt: skip
async def test_every_format_brings_answers_along(
    uploading: Uploading, yard: Yard, name: str, content: str | bytes
) -> None:
    upload = await uploading.taken(await yard.project(FLOW), content, name)
    assert (upload["state"], await uploading.errors(upload)) == ("completed", [])
    assert await brought(yard) == GIVEN


async def test_whoever_does_the_step_begins_with_it_and_is_told_where_it_comes_from(
    uploading: Uploading, yard: Yard
) -> None:
    project = await yard.project(FLOW)
    await uploading.taken(project, "text,answer.label\nhello,problem\n")
    await uploading.taken(project, "text\nplain\n")
    ana = await yard.person()
    hold = (await ana.post("/next", {"project": project, "step": "label"})).json
    said = hold["step_run"]
    assert said["prefill"] == {"labels": ["problem"]}
    assert said["prefill_from"] == {"kind": "upload", "step": None, "by": None}
    assert (await ana.get(f"/reservations/{hold['reservation']['id']}")).json["step_run"] == said
    plain = await turn(ana, project, "label")
    assert (plain["prefill"], plain["prefill_from"]) == (None, None)


async def test_a_rerun_begins_with_it_again(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(PICTURE_FLOW)
    photo = await yard.file(a_picture())
    line = json.dumps({"photo": photo, "answers": {"draw": {"regions": [region()]}}})
    await uploading.taken(project, line, "t.jsonl")
    ana = await yard.person()
    began = await turn(ana, project, "draw")
    (box,) = began["prefill"]["regions"]
    assert (box["label"], box["box"]) == ("item", [1, 1, 20, 20])
    (hold,) = (await ana.get("/reservations")).json["items"]
    other = {"regions": [region(label="total")]}
    done = (await ana.post(f"/reservations/{hold['id']}/submit", {"answer": other})).json
    assert done["answer"]["data"]["regions"][0]["label"] == "total"
    (task,) = (await yard.owner.get("/tasks")).json["items"]
    assert (await yard.owner.post(f"/tasks/{task['id']}/runs", {})).status == 201
    assert (await turn(ana, project, "draw"))["prefill"] == began["prefill"]


@pytest.mark.parametrize(("column", "cell", "place", "says"), [
    ("answer.label", "complaint", "answer.label.labels[0]", "question"),
    ("answer.amount", "much", "answer.amount", "must be a number"),
    ("answer.parts", "lid", "answer.parts", "must be an object"),
    ("answer.parts.urgent", "true", "answer.parts.part", "is missing"),
    ("answer.parts", "{lid", "answer.parts", "JSON"),
    ("answers", '"{""lable"": {}}"', "answers.lable", "Did you mean `label`"),
    ("answers", '"{""guess"": {""labels"": [""question""]}}"', "answers.guess", "only a step done by people"),
    ("answers", "[]", "answers", "must be an object"),
    ("answers", '"{""amount"": {""total"": ""x""}}"', "answers.amount.total", "number"),
])  # fmt: skip
async def test_an_answer_that_does_not_fit_is_a_bad_row_with_step_and_field(
    uploading: Uploading, yard: Yard, column: str, cell: str, place: str, says: str
) -> None:
    upload = await uploading.taken(await yard.project(FLOW), f"text,{column}\nhello,{cell}\nfine,\n")
    assert counts(upload) == (2, 1, 0, 1)
    (error,) = (await yard.owner.get(f"/uploads/{upload['id']}/errors")).json["items"]
    assert (error["row"], error["field"]) == (1, place)
    assert says in error["says"]


async def test_one_field_twice_is_a_bad_row(uploading: Uploading, yard: Yard) -> None:
    content = json.dumps({"text": "a", "answers": {"amount": {"total": 1}}, "answer.amount.total": 2})
    upload = await uploading.taken(await yard.project(FLOW), content, "t.jsonl")
    assert (counts(upload), await uploading.errors(upload)) == ((1, 0, 0, 1), [(1, "answer.amount.total")])


@pytest.mark.parametrize(("column", "says"), [
    ("answer.lable", "Did you mean `label`"),
    ("answer.guess", "done by `local/labels`"),
    ("answer.parts.prat", "Did you mean `part`"),
])  # fmt: skip
async def test_a_column_that_can_hold_no_answer_is_refused_with_the_file(
    uploading: Uploading, yard: Yard, column: str, says: str
) -> None:
    upload = await uploading.taken(await yard.project(FLOW), f"text,{column}\nhello,x\n")
    assert upload["state"] == "failed"
    (error,) = (await yard.owner.get(f"/uploads/{upload['id']}/errors")).json["items"]
    assert (error["row"], error["field"]) == (0, column)
    assert says in error["says"]


async def test_a_misspelt_key_is_no_field_of_an_input_that_takes_others(uploading: Uploading, yard: Yard) -> None:
    flow = FLOW.replace(
        "type: object, required: [text]", "type: object, additionalProperties: true, required: [text]", 1
    )
    upload = await uploading.taken(await yard.project(flow), '{"text": "a", "answer.lable": "x"}', "t.jsonl")
    assert (counts(upload), await uploading.errors(upload)) == ((1, 0, 0, 1), [(1, "answer.lable")])


async def test_a_field_of_the_input_keeps_its_name(uploading: Uploading, yard: Yard) -> None:
    flow = FLOW.replace(
        "properties: {text: {type: string}}", "properties: {text: {type: string}, answers: {type: string}}", 1
    )
    upload = await uploading.taken(await yard.project(flow), "text,answers\nhello,mine\n")
    assert (counts(upload), await brought(yard)) == ((1, 1, 0, 0), {})


@pytest.mark.parametrize(("given", "says"), [
    (region(box=[0, 0, 5000, 20]), "the picture is"),
    (region(label="cat"), "item"),
    (region(box=[1, 1, 0, 20]), "0 by 20"),
])  # fmt: skip
@pytest.mark.parametrize("mode", ["valid_rows", "all_or_nothing"])
async def test_a_region_that_does_not_fit_its_picture_is_a_bad_row(
    uploading: Uploading, yard: Yard, given: dict[str, Any], says: str, mode: str
) -> None:
    photo = await yard.file(a_picture())
    lines = [json.dumps({"photo": photo, "answers": {"draw": {"regions": [one]}}}) for one in (given, region())]
    upload = await uploading.taken(await yard.project(PICTURE_FLOW), "\n".join(lines), "t.jsonl", mode=mode)
    assert upload["created"] == (1 if mode == "valid_rows" else 0)
    (error,) = (await yard.owner.get(f"/uploads/{upload['id']}/errors")).json["items"]
    assert error["field"].startswith("answers.draw.regions[0]")
    assert says in error["says"]
    assert len(await yard.sql("SELECT 1 FROM task_prefills")) == upload["created"]


async def test_all_or_nothing_brings_the_answers_of_all(uploading: Uploading, yard: Yard) -> None:
    content = "text,answer.label\n" + "".join(f"t{n},{'problem' if n % 2 else ''}\n" for n in range(7))
    upload = await uploading.taken(await yard.project(FLOW), content, mode="all_or_nothing")
    assert counts(upload) == (7, 7, 0, 0)
    rows = await yard.sql("""SELECT input ->> 'text' AS text FROM task_prefills JOIN task_inputs USING (task_id)
                             WHERE step = 'label' ORDER BY 1""")
    assert [row.text for row in rows] == ["t1", "t3", "t5"]


async def test_a_row_that_is_there_already_brings_nothing(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(FLOW)
    await uploading.taken(project, "external_id,text,answer.label\na,hello,problem\n")
    again = await uploading.taken(project, "external_id,text,answer.label\na,hello,praise\n")
    assert (counts(again), await brought(yard)) == ((1, 0, 1, 0), {"label": {"labels": ["problem"]}})


async def test_mended_rows_bring_theirs(uploading: Uploading, yard: Yard) -> None:
    upload = await uploading.taken(await yard.project(FLOW), "text,answer.label\nhello,complaint\n")
    content = await uploading.failed_rows(upload)
    assert content.splitlines()[0] == "_row,_error,text,answer.label"
    assert "answer.label.labels[0]" in content
    done = await uploading.mended(upload, content.replace("hello,complaint", "hello,praise"))
    assert (done["state"], await brought(yard)) == ("completed", {"label": {"labels": ["praise"]}})


async def test_failed_rows_beyond_those_kept_say_what_is_wrong_with_an_answer_on_a_picture(
    uploading: Uploading, yard: Yard
) -> None:
    photo = await yard.file(a_picture())
    outside = {"draw": {"regions": [region(box=[0, 0, 5000, 20])]}}
    content = "\n".join(json.dumps({"photo": photo, "answers": outside}) for _ in range(3))
    uploading.settings = uploading.settings.model_copy(update={"upload_errors_max": 1})
    upload = await uploading.taken(await yard.project(PICTURE_FLOW), content, "t.jsonl")
    told = [json.loads(line)["_error"] for line in (await uploading.failed_rows(upload)).splitlines()]
    assert len(told) == 3
    assert all("the picture is" in one for one in told)


async def test_a_preview_shows_answers_as_they_will_be(yard: Yard) -> None:
    project = await yard.project(FLOW)
    content = b"text,Answer label,answer.amount,sum\nhello,problem,12.5,1\nbad,complaint,,1\n"
    asked: dict[str, Any] = {"files": {"file": ("t.csv", content)}, "data": {"project": project}}
    seen = (await yard.owner.post("/uploads/preview", **asked)).json
    goes = {column["name"]: (column["to"], column["by"]) for column in seen["columns"]}
    assert goes == {"text": ("text", "name"), "Answer label": ("answer.label", "similar"),
                    "answer.amount": ("answer.amount", "name"), "sum": (None, None)}  # fmt: skip
    good, bad = seen["rows"]
    assert good["answers"] == {"label": {"labels": ["problem"]}, "amount": {"total": 12.5}}
    assert [(flaw["field"], flaw["value"]) for flaw in bad["flaws"]] == [("answer.label.labels[0]", "complaint")]
    assert await yard.sql("SELECT 1 FROM task_prefills") == []


async def test_a_preview_checks_regions_against_their_picture(yard: Yard) -> None:
    project, photo = await yard.project(PICTURE_FLOW), await yard.file(a_picture())
    line = json.dumps({"photo": photo, "answers": {"draw": {"regions": [region(box=[0, 0, 5000, 9])]}}})
    asked: dict[str, Any] = {"files": {"file": ("t.jsonl", line.encode())}, "data": {"project": project}}
    (row,) = (await yard.owner.post("/uploads/preview", **asked)).json["rows"]
    assert [flaw["field"] for flaw in row["flaws"]] == ["answers.draw.regions[0]"]


async def test_a_mapping_sends_a_column_to_an_answer(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(FLOW)
    mapping = json.dumps({"Sentiment": "answer.label", "Sum": "answer.amount.total"})
    upload = await uploading.taken(project, "text,Sentiment,Sum\nhello,praise,3\n", mapping=mapping)
    assert (upload["state"], await brought(yard)) == (
        "completed", {"label": {"labels": ["praise"]}, "amount": {"total": 3}},
    )  # fmt: skip
    refused = await uploading.give(project, "text,x\na,b\n", mapping='{"x": "answer.guess"}')
    assert refused.problem == "mapping_unusable"


async def test_the_schema_says_which_columns_bring_answers(yard: Yard) -> None:
    said = (await yard.owner.get(f"/projects/{await yard.project(FLOW)}/schema")).json
    assert said["prefills"] == [
        {"step": "label", "columns": ["answer.label", "answer.label.labels", "answer.label.scores", "answer.label.score"],
         "example": {"labels": ["question"]}},
        {"step": "amount", "columns": ["answer.amount", "answer.amount.total"], "example": {"total": 1.0}},
        {"step": "parts", "columns": ["answer.parts", *(f"answer.parts.{name}" for name in ("part", "urgent", "notes"))],
         "example": {"part": "Part"}},
    ]  # fmt: skip
    (drawn,) = (await yard.owner.get(f"/projects/{await yard.project(PICTURE_FLOW)}/schema")).json["prefills"]
    assert [one["label"] for one in drawn["example"]["regions"]] == ["item"]


async def test_what_a_later_version_asks_differently_is_left_out(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(FLOW)
    await uploading.taken(project, HEAD + "hello,problem,1,lid,true,loose\n")
    (task,) = (await yard.owner.get("/tasks")).json["items"]
    assert (await yard.owner.post(f"/tasks/{task['id']}/cancel")).status == 200
    newer = FLOW.replace("problem, praise", "defect, praise").replace(
        "urgent: {type: boolean}", "urgent: {type: string}"
    )
    draft = await yard.owner.get(f"/projects/{project}/draft")
    await yard.owner.put(f"/projects/{project}/draft", {"source": newer}, headers={"If-Match": draft.headers["etag"]})
    assert (await yard.owner.post(f"/projects/{project}/publish")).status == 200
    assert (await yard.owner.post(f"/tasks/{task['id']}/runs", {})).status == 201
    ana = await yard.person()
    assert (await turn(ana, project, "label"))["prefill"] is None
    assert (await turn(ana, project, "parts"))["prefill"] == {"part": "lid", "notes": ["loose"]}
