"""Failed rows: downloaded as a file, mended, and given to the same upload again."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from taskyard.domain.uploads import failed_rows, portions
from taskyard.domain.uploads.rules import ATTEMPTS_MAX
from taskyard.kit.settings import Settings
from tests.builders import PICTURE_FLOW, Yard
from tests.builders.uploads import Uploading, counts

TYPED_FLOW = """
input: {type: object, required: [text], properties: {text: {type: string}, n: {type: integer}}}
steps:
  - {id: label, use: classify, by: people, with: {text: "{{ input.text }}", labels: [a, b]}}
"""
SOME_BAD = 'n,text,external_id\n1,fine,a\nx,bad number,b\n2,,c\n3,twin,a\n4,"=cmd|x","d"\n5,-x,d\n'


@pytest.fixture
def uploading(yard: Yard, settings: Settings) -> Uploading:
    return Uploading(yard, settings)


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


async def test_failed_rows_come_in_the_columns_and_order_of_the_source_with_what_is_wrong(
    uploading: Uploading, yard: Yard
) -> None:
    upload = await uploading.taken(await yard.project(TYPED_FLOW), SOME_BAD)
    assert counts(upload) == (6, 2, 0, 4)
    said = await yard.owner.get(f"/uploads/{upload['id']}/failed-rows")
    assert said.headers["content-type"].startswith("text/csv")
    assert said.headers["content-disposition"] == "attachment; filename*=UTF-8''tasks-failed-rows.csv"
    head, *rows = table(said.response.text)
    assert head == ["_row", "_error", "n", "text", "external_id"]
    assert [[row[0], *row[2:]] for row in rows] == [
        ["2", "x", "bad number", "b"],
        ["3", "2", "", "c"],
        ["4", "3", "twin", "a"],
        # A spreadsheet must not take it for a formula.
        ["6", "5", "'-x", "d"],
    ]
    assert rows[0][1].startswith("n: must be a whole number.")
    assert "is the same as in row 1" in rows[2][1]


async def test_mended_rows_are_another_pass_of_the_same_upload(uploading: Uploading, yard: Yard) -> None:
    upload = await uploading.taken(await yard.project(TYPED_FLOW), SOME_BAD)
    rows = table(await uploading.failed_rows(upload))
    rows[1][2], rows[3][4] = "7", "e"  # two are mended, one is not, one is left out
    text = io.StringIO()
    csv.writer(text).writerows([rows[0], rows[3], rows[1], rows[2]])
    sent = await uploading.mend(upload, text.getvalue())
    assert (sent.status, sent.json["id"], sent.json["state"]) == (202, upload["id"], "queued")
    done = await uploading.enter(upload)
    assert (done["state"], counts(done), done["passes"]) == ("completed_with_errors", (6, 4, 0, 2), 2)
    assert await uploading.errors(upload) == [(3, "text"), (6, "external_id")]
    assert [row[0] for row in table(await uploading.failed_rows(upload))[1:]] == ["6", "3"]
    rest = "_row,_error,n,text,external_id\n3,,2,now,c\n6,,5,'-x,f\n"
    whole = await uploading.mended(upload, rest)
    assert (whole["state"], counts(whole), whole["reason"]) == ("completed", (6, 6, 0, 0), None)
    assert await uploading.errors(upload) == []
    inputs = await yard.sql("SELECT input ->> 'text' AS text FROM task_inputs ORDER BY 1")
    assert sorted(row.text for row in inputs) == sorted(["fine", "bad number", "now", "twin", "=cmd|x", "-x"])
    assert (await yard.owner.get(f"/uploads/{upload['id']}/failed-rows")).problem == "no_failed_rows"
    assert (await uploading.mend(upload, rest)).problem == "cannot_be_mended"


async def test_all_failed_rows_are_there_and_not_only_those_whose_errors_were_kept(
    yard: Yard, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "PORTION_ROWS", 7)
    monkeypatch.setattr(failed_rows, "PIECE_ROWS", 4)
    monkeypatch.setattr(failed_rows, "SCAN_ROWS", 5)
    uploading = Uploading(yard, settings.model_copy(update={"upload_errors_max": 3}))
    lines = [{"text": "x", "n": "bad" if number % 3 == 0 else number, "external_id": "same"} for number in range(60)]
    project = await yard.project(TYPED_FLOW)
    upload = await uploading.taken(project, "\n".join(map(json.dumps, lines)), "t.jsonl")
    assert counts(upload) == (60, 1, 0, 59)
    found = [json.loads(line) for line in (await uploading.failed_rows(upload)).splitlines()]
    assert [each["_row"] for each in found] == [number for number in range(1, 61) if number != 2]
    assert all(each["_error"] for each in found)
    assert {key: value for key, value in found[0].items() if key[0] != "_"} == lines[0]
    assert "earlier row" in found[-1]["_error"]


async def test_what_cannot_be_read_is_given_back_as_it_stood(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project()
    lines = await uploading.taken(project, '{"text": "fine"}\n{text: 1}\n[1]\n{"text": "a", "text": "b"}', "t.jsonl")
    found = [json.loads(line) for line in (await uploading.failed_rows(lines)).splitlines()]
    assert [each.get("_text") or each["_value"] for each in found] == ["{text: 1}", [1], '{"text": "a", "text": "b"}']
    listed = await uploading.taken(project, '[{"text": "fine"}, {"text": NaN}]', "t.json")
    assert json.loads(await uploading.failed_rows(listed))["_text"] == '{"text": NaN}'
    ragged = await uploading.taken(project, 'text,batch\nfine,b\nshort\nlong,,,x\n"a"b,c\n')
    assert table(await uploading.failed_rows(ragged))[1:] == [
        ["2", "has 1 cell, and the header has 2. Put cells that hold the delimiter in quotes.", "short", ""],
        ["3", "has 4 cells, and the header has 2. Put cells that hold the delimiter in quotes.", "long", "", "", "x"],
        ["4", 'has a quote inside a cell in quotes. Double it: "a ""quoted"" word".', '"a"b,c'],
    ]


async def test_rows_whose_files_were_not_there_can_be_mended(uploading: Uploading, yard: Yard) -> None:
    project, picture = await yard.project(PICTURE_FLOW), await yard.file()
    upload = await uploading.taken(project, json.dumps([{"photo": picture}, {"photo": "nothing"}]), "t.json")
    assert counts(upload) == (2, 1, 0, 1)
    row = json.loads(await uploading.failed_rows(upload))
    assert "is no file of this workspace" in row["_error"]
    done = await uploading.mended(upload, json.dumps({**row, "photo": picture}), "mended.jsonl")
    assert (done["state"], counts(done)) == ("completed", (2, 2, 0, 0))


async def test_rows_that_mend_nothing_are_left_out_and_told(uploading: Uploading, yard: Yard) -> None:
    upload = await uploading.taken(await yard.project(TYPED_FLOW), "text,n\nok,1\nx,bad\ny,bad\n")
    sent = "_row,text,n\n2,x,2\n2,again,2\n1,stray,1\nseven,z,1\n"
    done = await uploading.mended(upload, sent)
    assert (done["state"], counts(done)) == ("completed_with_errors", (3, 2, 0, 1))
    assert "3 rows of the mended file named no failed row" in done["reason"]
    assert await uploading.errors(upload) == [(0, "_row")] * 3 + [(3, "n")]


@pytest.mark.parametrize("content", ["text,n\nx,2\n", "_row,text,n\n9,x,2\n", "_row,texte\n2,x\n", '_row,text\n2,"x\n'])
async def test_a_mended_file_that_cannot_be_taken_leaves_everything_as_it_was(
    uploading: Uploading, yard: Yard, content: str
) -> None:
    upload = await uploading.taken(await yard.project(TYPED_FLOW), "text,n\nok,1\nx,bad\n")
    done = await uploading.mended(upload, content)
    assert (done["state"], counts(done)) == ("completed_with_errors", (2, 1, 0, 1))
    assert done["reason"].startswith("The mended rows were not taken: ")
    assert (2, "n") in await uploading.errors(upload)
    assert (await uploading.mended(upload, "_row,text,n\n2,x,3\n"))["state"] == "completed"


async def test_mended_rows_are_refused_where_there_is_nothing_to_mend(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(TYPED_FLOW)
    whole = await uploading.taken(project, "text\nfine\n")
    assert (await uploading.mend(whole, "_row,text\n1,x\n")).problem == "cannot_be_mended"
    waiting = (await uploading.give(project, "text\nfine\n")).json
    assert (await uploading.mend(waiting, "_row,text\n1,x\n")).problem == "cannot_be_mended"
    assert (await yard.owner.get(f"/uploads/{waiting['id']}/failed-rows")).problem == "no_failed_rows"
    none = await uploading.taken(project, "text,n\nfine,1\nbad,x\n", mode="all_or_nothing")
    assert none["can"]["mend"] == "It took all rows or none, and took none: mend the file and upload it anew."
    assert (await uploading.mend(none, "_row,text\n2,x\n")).problem == "cannot_be_mended"
    assert table(await uploading.failed_rows(none))[1][2:] == ["bad", "x"]
    some = await uploading.taken(project, "text,n\nok,1\nbad,x\n")
    assert (await uploading.mend(some, '{"_row": 2, "text": "x"}', "m.jsonl")).problem == "mended_in_another_format"


async def test_an_upload_from_before_failed_rows_were_kept_says_so(uploading: Uploading, yard: Yard) -> None:
    upload = await uploading.taken(await yard.project(TYPED_FLOW), "text,n\nok,1\nbad,x\n")
    await yard.sql("DELETE FROM upload_passes")
    assert (await yard.owner.get(f"/uploads/{upload['id']}/failed-rows")).problem == "failed_rows_not_kept"
    assert (await uploading.mend(upload, "_row,text\n2,x\n")).problem == "failed_rows_not_kept"


async def test_an_upload_queued_before_passes_were_kept_is_taken_in(uploading: Uploading, yard: Yard) -> None:
    upload = (await uploading.give(await yard.project(TYPED_FLOW), "text,n\nok,1\nbad,x\n")).json
    await yard.sql("DELETE FROM upload_passes")
    assert counts(await uploading.enter(upload)) == (2, 1, 0, 1)
    assert len(table(await uploading.failed_rows(upload))) == 2


async def test_cancelling_mended_rows_keeps_what_was_there(uploading: Uploading, yard: Yard) -> None:
    upload = await uploading.taken(await yard.project(TYPED_FLOW), "text,n\nok,1\nbad,x\n")
    await uploading.mend(upload, "_row,text,n\n2,x,3\n")
    said = await yard.owner.post(f"/uploads/{upload['id']}/cancel")
    assert (said.json["state"], counts(said.json)) == ("completed_with_errors", (2, 1, 0, 1))
    assert counts(await uploading.enter(upload)) == (2, 1, 0, 1)
    assert (await yard.owner.post(f"/uploads/{upload['id']}/cancel")).problem == "illegal_move"
    assert (await uploading.mended(upload, "_row,text,n\n2,x,3\n"))["state"] == "completed"


async def test_mended_rows_have_attempts_of_their_own_and_an_end(uploading: Uploading, yard: Yard) -> None:
    upload = await uploading.taken(await yard.project(TYPED_FLOW), "text,n\nok,1\nbad,x\n")
    await uploading.mend(upload, "_row,text,n\n2,x,3\n")
    await yard.sql("UPDATE uploads SET state = 'processing', attempt = attempt + :more", more=ATTEMPTS_MAX - 1)
    assert (await uploading.enter(upload))["state"] == "completed"
    upload = await uploading.taken(await yard.project(TYPED_FLOW, name="B"), "text,n\nok,1\nbad,x\n")
    await uploading.mend(upload, "_row,text,n\n2,x,3\n")
    await yard.sql("UPDATE uploads SET state = 'processing', attempt = attempt + :more", more=ATTEMPTS_MAX)
    done = await uploading.enter(upload)
    assert (done["state"], counts(done)) == ("completed_with_errors", (2, 1, 0, 1))
    assert f"after {ATTEMPTS_MAX} attempts" in done["reason"]


async def test_a_repeated_key_gives_mended_rows_once(uploading: Uploading, yard: Yard) -> None:
    upload = await uploading.taken(await yard.project(TYPED_FLOW), "text,n\nok,1\nbad,x\n")

    async def send(content: bytes) -> Any:
        files, key = {"file": ("m.csv", content)}, {"Idempotency-Key": "m"}
        return await yard.owner.post(f"/uploads/{upload['id']}/mended", files=files, headers=key)

    first, again = await send(b"_row,text,n\n2,x,3\n"), await send(b"_row,text,n\n2,x,3\n")
    assert (first.json["passes"], again.json["passes"], again.headers["idempotency-replayed"]) == (2, 2, "true")
    assert (await send(b"_row,text,n\n2,x,4\n")).problem == "key_used_for_another"


async def test_the_timeline_of_a_mended_task_begins_with_its_own_pass(uploading: Uploading, yard: Yard) -> None:
    upload = await uploading.taken(await yard.project(TYPED_FLOW), "text,n,external_id\nok,1,a\nx,bad,b\n")
    await uploading.mended(upload, "_row,text,n,external_id\n2,x,3,b\n")
    names = {}
    for task in (await yard.owner.get("/tasks")).json["items"]:
        told = (await yard.owner.get(f"/tasks/{task['id']}/timeline")).json["items"]
        names[task["external_id"]] = [fact["name"] for fact in told]
    assert names == {"a": ["upload.completed"], "b": ["upload.mended"]}


async def test_rows_with_a_known_external_id_and_another_input_are_told(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(TYPED_FLOW)
    await uploading.taken(project, "text,n,external_id\nx,1,a\ny,2,b\nz,3,c\n")
    again = await uploading.taken(project, "text,n,external_id\nx,1,a\ny,3,b\nother,3,c\nnew,4,d\n")
    assert (counts(again), again["differing"]) == ((4, 1, 3, 0), 2)
    assert again["reason"] == (
        "2 rows have external ids that were there before, with another input: those tasks stay as they were."
    )


async def test_a_client_sees_failed_rows_only_of_shared_projects(uploading: Uploading, yard: Yard) -> None:
    client = await yard.person("client")
    shared, inside = await yard.project(TYPED_FLOW, shared_with_clients=True), await yard.project(TYPED_FLOW, name="B")
    for project, status in ((shared, 200), (inside, 404)):
        upload = await uploading.taken(project, "text,n\nok,1\nbad,x\n")
        assert (await client.get(f"/uploads/{upload['id']}/failed-rows")).status == status
        sent = await client.post(f"/uploads/{upload['id']}/mended", files={"file": ("m.csv", b"_row,text\n2,x\n")})
        assert sent.status == {200: 202}.get(status, status)
