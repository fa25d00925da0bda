"""Uploads through the API: what becomes of rows, repeats, cancelling, and who sees it."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from taskyard.domain import uploads
from taskyard.domain.tasks import BATCH_CHARS_MAX, EXTERNAL_ID_CHARS_MAX
from taskyard.domain.uploads import portions
from taskyard.domain.uploads.rules import ATTEMPTS_MAX
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings
from taskyard.worker import Worker
from tests.builders import BOTH_FLOW, PICTURE_FLOW, Person, Yard

OPEN = {"queued", "validating", "processing"}
MADE_BY_HAND = """
    WITH made AS (
        INSERT INTO tasks (workspace_id, id, project_id, external_id, status, steps, priority, preview, run_count, redo_count)
        VALUES (:here, :id, :project, 'a', 'queued', '{}', 0, 'hello', 0, 0) RETURNING workspace_id, id)
    INSERT INTO task_inputs (workspace_id, task_id, input, metadata)
    SELECT workspace_id, id, '{"text": "hello"}', '{}' FROM made
"""
WAITS = "SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"
ROWS = b'text,external_id,priority,batch,metadata\nhello,a,3,may,\nworld,b,,,"{""n"": 1}"\n'


async def give(who: Person, project: str, content: bytes, name: str = "tasks.csv", **named: Any) -> Any:
    data = {"project": project, **{key: value for key, value in named.items() if key == "mode"}}
    headers = {"Idempotency-Key": named["key"]} if "key" in named else {}
    return await who.post("/uploads", files={"file": (name, content)}, data=data, headers=headers)


async def ended(yard: Yard, upload: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await yard.until(
        yard.owner, f"/uploads/{upload['id']}", lambda shown: shown["state"] not in OPEN
    )
    return found


async def taken(yard: Yard, project: str, content: bytes, name: str = "tasks.csv", **named: Any) -> dict[str, Any]:
    return await ended(yard, (await give(yard.owner, project, content, name, **named)).json)


async def errors(yard: Yard, upload: dict[str, Any]) -> list[tuple[int, str | None]]:
    page = (await yard.owner.get(f"/uploads/{upload['id']}/errors", params={"limit": 200})).json
    return [(error["row"], error["field"]) for error in page["items"]]


async def tasks_of(yard: Yard, upload: dict[str, Any]) -> int:
    (row,) = await yard.sql("SELECT count(*) FROM tasks WHERE upload_id = :id", id=UUID(upload["id"]))
    return int(row[0])


def counts(upload: dict[str, Any]) -> tuple[int, int, int, int]:
    return upload["rows"], upload["created"], upload["unchanged"], upload["failed"]


async def enter(yard: Yard, settings: Settings, upload: dict[str, Any]) -> None:
    """Do what a worker does with the chore of an upload."""
    (chore,) = uploads.chores(yard.desk.database, settings, yard.desk.objects, yard.desk.pictures)
    await chore.enter(workspace_id=str(yard.workspace_id), upload_id=upload["id"])


# --- what becomes of rows


async def test_rows_become_tasks_that_can_be_taken(yard: Yard, worker: Worker) -> None:
    assert worker.name
    project = await yard.project()
    said = await give(yard.owner, project, ROWS)
    assert said.status == 202
    assert said.headers["location"] == f"/api/v1/uploads/{said.json['id']}"
    done = await ended(yard, said.json)
    assert (done["state"], counts(done), done["progress"], done["reason"]) == ("completed", (2, 2, 0, 0), 1.0, None)
    shown = {task["external_id"]: task for task in (await yard.owner.get("/tasks")).json["items"]}
    assert {
        name: (task["priority"], task["batch"], task["steps"], task["preview"]) for name, task in shown.items()
    } == {
        "a": (3, "may", ["label"], "hello"),
        "b": (0, None, ["label"], "world"),
    }
    page = (await yard.owner.get(f"/tasks/{shown['b']['id']}")).json
    assert (page["input"], page["metadata"], page["runs"][0]["state"]) == ({"text": "world"}, {"n": 1}, "queued")
    told = (await yard.owner.get(f"/tasks/{shown['b']['id']}/timeline")).json["items"]
    assert [fact["name"] for fact in told] == ["upload.completed"]
    ana = await yard.person()
    assert (await ana.post("/next", {})).json["task"]["external_id"] == "b"


@pytest.mark.parametrize(("name", "content"), [
    ("tasks.json", b'[{"text": "one"}, {"input": {"text": "two"}, "external_id": "x"}]'),
    ("tasks.json", b'{"tasks": [{"text": "one"}, {"text": "two"}]}'),
    ("tasks.jsonl", b'{"text": "one"}\n\n{"text": "two"}'),
    ("tasks.csv", 'text\r\n"o\nne"\r\ntwo\r\n'.encode("utf-8-sig")),
    ("tasks.csv", "text\n漢字\n🙂\n".encode("utf-16")),
])  # fmt: skip
async def test_every_format_and_announced_encoding_is_read(
    yard: Yard, settings: Settings, name: str, content: bytes
) -> None:
    upload = (await give(yard.owner, await yard.project(), content, name)).json
    await enter(yard, settings, upload)
    assert counts(await ended(yard, upload)) == (2, 2, 0, 0)
    assert await tasks_of(yard, upload) == 2


async def test_a_raw_body_is_taken_with_its_project_and_name_in_the_address(yard: Yard, settings: Settings) -> None:
    asked = {"project": await yard.project(), "name": "../of the day.jsonl", "mode": "all_or_nothing"}
    headers = {"Content-Type": "application/x-ndjson"}
    upload = (await yard.owner.post("/uploads", params=asked, content=b'{"text": "x"}', headers=headers)).json
    assert (upload["file_name"], upload["format"], upload["mode"]) == ("of the day.jsonl", "jsonl", "all_or_nothing")
    await enter(yard, settings, upload)
    assert counts(await ended(yard, upload)) == (1, 1, 0, 0)


async def test_whole_numbers_of_any_size_are_kept_exact(yard: Yard, settings: Settings) -> None:
    flow = BOTH_FLOW.replace("text: {type: string, x-kind: text}", "text: {type: string}, n: {type: integer}")
    project = await yard.project(flow.replace("PERFORMER", "people"))
    huge = 10**400 + 7
    upload = (await give(yard.owner, project, b'{"text": "x", "n": %d}' % huge, "n.jsonl")).json
    await enter(yard, settings, upload)
    (row,) = await yard.sql("SELECT input ->> 'n' FROM task_inputs")
    assert row[0] == str(huge)


async def test_bad_rows_are_listed_with_number_column_and_reason_and_the_good_ones_stay(
    yard: Yard, settings: Settings
) -> None:
    content = b"text,external_id,priority\nfine,a,1\n,b,1\ngood,a,1\nok,c,soon\nlast,,\n"
    upload = (await give(yard.owner, await yard.project(), content)).json
    await enter(yard, settings, upload)
    done = await ended(yard, upload)
    assert (done["state"], counts(done)) == ("completed_with_errors", (5, 2, 0, 3))
    assert await errors(yard, upload) == [(2, "text"), (3, "external_id"), (4, "priority")]
    said = (await yard.owner.get(f"/uploads/{upload['id']}/errors")).json["items"][1]
    assert (said["value"], "row 1" in said["says"]) == ("a", True)
    assert await tasks_of(yard, upload) == 2


async def test_all_or_nothing_makes_nothing_when_one_row_is_bad(yard: Yard, settings: Settings) -> None:
    upload = (await give(yard.owner, await yard.project(), b'text\nfine\n""\nfine\n', mode="all_or_nothing")).json
    await enter(yard, settings, upload)
    done = await ended(yard, upload)
    assert (done["state"], counts(done)) == ("failed", (3, 0, 0, 1))
    assert "1 row of 3" in done["reason"]
    assert await errors(yard, upload) == [(2, None)]
    assert await yard.sql("SELECT 1 FROM tasks") == []


async def test_an_upload_that_makes_nothing_says_so(yard: Yard, settings: Settings) -> None:
    upload = (await give(yard.owner, await yard.project(), b"text,priority\nx,a\ny,b\n")).json
    await enter(yard, settings, upload)
    done = await ended(yard, upload)
    assert (done["state"], counts(done)) == ("completed_with_errors", (2, 0, 0, 2))
    assert "No task was created" in done["reason"]


async def test_errors_are_kept_up_to_the_limit_and_counted_to_the_last(yard: Yard, settings: Settings) -> None:
    content = b"text,priority\n" + b"x,bad\n" * 30
    upload = (await give(yard.owner, await yard.project(), content)).json
    await enter(yard, settings.model_copy(update={"upload_errors_max": 7}), upload)
    assert (await ended(yard, upload))["failed"] == 30
    first = (await yard.owner.get(f"/uploads/{upload['id']}/errors", params={"limit": 5})).json
    rest = (await yard.owner.get(f"/uploads/{upload['id']}/errors", params={"cursor": first["next"]})).json
    assert [error["row"] for error in [*first["items"], *rest["items"]]] == [1, 2, 3, 4, 5, 6, 7]
    assert (first["total"], first["total_is_exact"], rest["next"]) == (7, False, None)


# --- files in rows


async def test_files_named_in_rows_must_be_there_and_pictures_where_pictures_are_wanted(
    yard: Yard, settings: Settings, other_yard: Yard
) -> None:
    picture, theirs = await yard.file(), await other_yard.file()
    note = await yard.file(b"only words", "note.txt")
    content = f"photo\n{picture}\n{theirs}\n{note}\nnonsense\n{picture}"
    upload = (await give(yard.owner, await yard.project(PICTURE_FLOW), content.encode())).json
    await enter(yard, settings, upload)
    assert counts(await ended(yard, upload)) == (5, 2, 0, 3)
    assert await errors(yard, upload) == [(2, "photo"), (3, "photo"), (4, "photo")]
    shown = (await yard.owner.get("/tasks")).json["items"]
    assert {task["thumbnail_url"] for task in shown} == {f"/api/v1/files/{picture}/thumbnail"}


async def test_an_uploaded_task_shows_the_words_of_one_that_was_sent(yard: Yard, settings: Settings) -> None:
    flow = PICTURE_FLOW.replace("properties: {", "properties: {shop: {type: string}, ")
    project, picture = await yard.project(flow), await yard.file()
    await yard.task(project, {"shop": "Bakery", "photo": picture})
    upload = (await give(yard.owner, project, f"shop,photo\nBakery,{picture}\n".encode())).json
    await enter(yard, settings, upload)
    assert await tasks_of(yard, upload) == 1
    # No file's id is a word: nobody would know a task by it.
    assert [task["preview"] for task in (await yard.owner.get("/tasks")).json["items"]] == ["Bakery", "Bakery"]


async def test_an_upload_takes_ids_and_batches_as_long_as_a_call_does(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    longest: dict[str, Any] = {"external_id": "i" * EXTERNAL_ID_CHARS_MAX, "batch": "b" * BATCH_CHARS_MAX}
    assert (await yard.task(project, **longest))["external_id"] == longest["external_id"]
    rows = [{"text": "there before", **longest}]
    for name, value in longest.items():
        body = {"project": project, "input": {"text": "x"}, name: f"{value}x"}
        assert (await yard.owner.post("/tasks", body)).problem == "body_invalid"
        rows.append({"text": "x", name: f"{value}x"})
    upload = (await give(yard.owner, project, json.dumps(rows).encode(), "tasks.json")).json
    await enter(yard, settings, upload)
    assert counts(await ended(yard, upload)) == (3, 0, 1, 2)
    assert await errors(yard, upload) == [(2, "external_id"), (3, "batch")]


# --- repeats


async def test_a_repeat_changes_nothing_and_says_so(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    for expected in ((2, 2, 0, 0), (2, 0, 2, 0)):
        upload = (await give(yard.owner, project, ROWS)).json
        await enter(yard, settings, upload)
        done = await ended(yard, upload)
        assert counts(done) == expected
    assert "Nothing is new" in done["reason"]
    assert [row[0] for row in await yard.sql("SELECT count(*) FROM step_runs")] == [2]


async def test_a_task_made_meanwhile_with_the_same_external_id_is_no_error(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    upload = (await give(yard.owner, project, ROWS)).json
    async with yard.desk.database.transaction(yard.workspace_id) as session:
        await session.execute(text(MADE_BY_HAND), {"here": yard.workspace_id, "id": new_id(), "project": UUID(project)})
        entering = asyncio.create_task(enter(yard, settings, upload))
        # Its upload is in the database already, and waits for what becomes of this one.
        while not await yard.sql(WAITS) and not entering.done():
            await asyncio.sleep(0.01)
        assert not entering.done()
    await entering
    assert counts(await ended(yard, upload)) == (2, 1, 1, 0)
    kept = await yard.sql("SELECT external_id, upload_id IS NULL FROM tasks ORDER BY external_id")
    assert [tuple(row) for row in kept] == [("a", True), ("b", False)]


async def test_the_same_file_counts_the_same_however_often_it_comes(
    yard: Yard, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "PORTION_ROWS", 3)
    project = await yard.project()
    names = ["a", "b", "", "c", "a", "", "b", "d"]
    content = "text,external_id\n" + "".join(f"row {number},{name}\n" for number, name in enumerate(names))
    for expected in ((8, 6, 0, 2), (8, 2, 4, 2)):
        upload = (await give(yard.owner, project, content.encode())).json
        await enter(yard, settings, upload)
        assert counts(await ended(yard, upload)) == expected
        assert await errors(yard, upload) == [(5, "external_id"), (7, "external_id")]
        assert await tasks_of(yard, upload) == expected[1]


async def test_one_key_makes_one_upload_and_refuses_another_file(yard: Yard) -> None:
    project = await yard.project()
    first = (await give(yard.owner, project, ROWS, key="k")).json
    again = await give(yard.owner, project, ROWS, key="k")
    assert (again.status, again.json["id"], again.headers["idempotency-replayed"]) == (202, first["id"], "true")
    assert (await give(yard.owner, project, ROWS + b"more,z,,,\n", key="k")).problem == "key_used_for_another"
    assert (await give(yard.owner, await yard.project(name="B"), ROWS, key="k")).problem == "key_used_for_another"
    assert (await yard.owner.get("/uploads")).json["total"] == 1


async def test_an_upload_that_ended_is_not_run_again(yard: Yard, settings: Settings) -> None:
    upload = (await give(yard.owner, await yard.project(), b"text\nx\n")).json
    for _ in range(3):
        await enter(yard, settings, upload)
    assert counts(await ended(yard, upload)) == (1, 1, 0, 0)
    assert await tasks_of(yard, upload) == 1


async def test_an_upload_whose_workers_all_died_is_given_up_with_the_reason(yard: Yard, settings: Settings) -> None:
    upload = (await give(yard.owner, await yard.project(), b"text\nx\n")).json
    await yard.sql("UPDATE uploads SET state = 'processing', attempt = :attempt", attempt=ATTEMPTS_MAX)
    await enter(yard, settings, upload)
    done = await ended(yard, upload)
    assert done["state"] == "failed"
    assert f"after {ATTEMPTS_MAX} attempts" in done["reason"]


# --- cancelling


async def test_a_queued_upload_can_be_cancelled_once(yard: Yard, settings: Settings) -> None:
    upload = (await give(yard.owner, await yard.project(), b"text\nx\n")).json
    path = f"/uploads/{upload['id']}/cancel"
    assert (await yard.owner.post(path)).json["state"] == "cancelled"
    assert (await yard.owner.post(path)).problem == "illegal_move"
    await enter(yard, settings, upload)
    assert (await tasks_of(yard, upload), (await ended(yard, upload))["state"]) == (0, "cancelled")


async def test_cancelling_a_running_upload_leaves_nothing_of_it(
    yard: Yard, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worker.name
    monkeypatch.setattr(portions, "PORTION_ROWS", 50)
    content = "\n".join(json.dumps({"text": f"{number} " + "x" * 500}) for number in range(60_000))
    upload = (await give(yard.owner, await yard.project(), content.encode(), "big.jsonl")).json
    running = await yard.until(yard.owner, f"/uploads/{upload['id']}", lambda shown: shown["progress"] > 0)
    assert running["state"] == "validating"
    assert running["can"]["cancel"] is None
    assert (await yard.owner.post(f"/uploads/{upload['id']}/cancel")).json["state"] == "cancelled"
    await yard.until(yard.owner, "/tasks", lambda shown: shown["total"] == 0)
    done = (await yard.owner.get(f"/uploads/{upload['id']}")).json
    assert (done["state"], done["created"], await tasks_of(yard, upload)) == ("cancelled", 0, 0)


# --- who sees it


async def test_clients_upload_to_shared_projects_and_see_only_those(yard: Yard) -> None:
    client, annotator = await yard.person("client"), await yard.person("annotator")
    shared, inside = await yard.project(shared_with_clients=True), await yard.project(name="Inside")
    hidden = (await give(yard.owner, inside, b"text\nx\n")).json
    seen = (await give(client, shared, b"text\nx\n")).json
    assert [upload["id"] for upload in (await client.get("/uploads")).json["items"]] == [seen["id"]]
    assert (await give(client, inside, b"text\nx\n")).problem == "no_such_project"
    for path in ("", "/errors"):
        assert (await client.get(f"/uploads/{hidden['id']}{path}")).problem == "no_such_upload"
    assert (await client.post(f"/uploads/{hidden['id']}/cancel")).problem == "no_such_upload"
    assert (await annotator.get("/uploads")).problem == "not_allowed"


async def test_another_tenants_upload_is_not_there(yard: Yard, other_yard: Yard) -> None:
    upload = (await give(yard.owner, await yard.project(), b"text\nx\n")).json
    assert (await other_yard.owner.get(f"/uploads/{upload['id']}")).problem == "no_such_upload"
    assert (await other_yard.owner.post(f"/uploads/{upload['id']}/cancel")).problem == "no_such_upload"
    assert (await other_yard.owner.get("/uploads")).json["items"] == []


async def test_uploads_are_listed_newest_first_page_by_page(yard: Yard) -> None:
    project = await yard.project()
    made = [(await give(yard.owner, project, b"text\nx\n", f"{n}.csv")).json["id"] for n in range(3)]
    first = (await yard.owner.get("/uploads", params={"limit": 2})).json
    rest = (await yard.owner.get("/uploads", params={"limit": 2, "cursor": first["next"]})).json
    assert [upload["id"] for upload in [*first["items"], *rest["items"]]] == made[::-1]
    assert (first["total"], rest["next"]) == (3, None)
