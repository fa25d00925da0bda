"""Exports in the background: made once however often a worker dies, kept for a while, seen by whom they are for."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pyarrow.parquet
import pytest
from sqlalchemy import text

from taskyard.domain import exports, files
from taskyard.domain.exports import actions, making
from taskyard.domain.exports.routes import tools_of
from taskyard.domain.exports.rules import ATTEMPTS_MAX
from taskyard.gateways.objects import ObjectStore
from taskyard.gateways.objects_problems import FilesUnreachable
from taskyard.kit.settings import Settings
from taskyard.worker import Worker
from tests.builders import PICTURE_FLOW, Person, Yard
from tests.builders.archives import archived, restored
from tests.builders.uploads import Uploading

OPEN = {"queued", "running"}


async def ask(who: Person, **asked: Any) -> dict[str, Any]:
    said = await who.post("/exports", {"format": "jsonl", **asked})
    assert said.status == 202, said.response.text
    found: dict[str, Any] = said.json
    return found


async def enter(yard: Yard, settings: Settings, export: dict[str, Any]) -> dict[str, Any]:
    """Do what a worker does with the chore of an export; return how it is then."""
    (chore,) = exports.chores(yard.desk.database, settings, yard.desk.objects, yard.desk.pictures)
    await chore.enter(workspace_id=str(yard.workspace_id), export_id=export["id"])
    found: dict[str, Any] = (await yard.owner.get(f"/exports/{export['id']}")).json
    return found


async def made(yard: Yard, settings: Settings, who: Person | None = None, **asked: Any) -> dict[str, Any]:
    return await enter(yard, settings, await ask(who or yard.owner, **asked))


async def lines(who: Person, export: dict[str, Any]) -> list[dict[str, Any]]:
    said = await who.get(f"/exports/{export['id']}/download")
    assert said.status == 200, said.response.text
    return [json.loads(line) for line in said.response.text.splitlines()]


async def manifest(yard: Yard, export: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await yard.owner.get(f"/exports/{export['id']}/manifest")).json
    return found


@pytest.fixture
async def idle(settings: Settings, database_url: str) -> AsyncIterator[Worker]:
    """A worker that does nothing by itself."""
    made = Worker(settings, database_url)
    yield made
    await made._pictures.close()
    await made._database.close()


# --- from the asking to the download


async def test_an_export_is_made_in_the_background_and_downloaded(yard: Yard, worker: Worker) -> None:
    assert worker.name
    project = await yard.project()
    await yard.task(project, external_id="a")
    await yard.answer(await yard.person(), {"labels": ["praise"]})
    said = await yard.owner.post("/exports", {"format": "jsonl", "name": "May: all/of it"})
    assert (said.status, said.json["state"], said.json["progress"]) == (202, "queued", 0)
    assert said.headers["location"] == f"/api/v1/exports/{said.json['id']}"
    done = await yard.until(yard.owner, f"/exports/{said.json['id']}", lambda shown: shown["state"] not in OPEN)
    assert (done["state"], done["progress"], done["tasks"], done["answers_given"]) == ("completed", 1.0, 1, 1)
    given = await yard.owner.get(done["download_url"].removeprefix("/api/v1"))
    assert [json.loads(line)["external_id"] for line in given.response.text.splitlines()] == ["a"]
    content = given.response.content
    assert (len(content), hashlib.sha256(content).hexdigest()) == (done["bytes"], done["sha256"])
    assert given.headers["content-type"] == "application/x-ndjson"
    assert "of it.jsonl" in given.headers["content-disposition"]
    part = await yard.owner.get(f"/exports/{done['id']}/download", headers={"Range": "bytes=3-9"})
    assert (part.status, part.response.content) == (206, content[3:10])
    told = await manifest(yard, done)
    assert told["files"] == [{"name": done["file_name"], "bytes": len(content), "sha256": done["sha256"]}]
    assert (told["export"], told["selection"]) == (done["id"], {"filter": {}, "except": []})
    names = [row[0] for row in await yard.sql("SELECT name FROM facts WHERE name LIKE 'export.%' ORDER BY number")]
    assert names == ["export.queued", "export.began", "export.completed"]


@pytest.mark.parametrize("selection", [None, {}, {"filter": {}}])
async def test_nothing_selected_is_everything(yard: Yard, settings: Settings, selection: Any) -> None:
    await yard.task(await yard.project())
    asked = {} if selection is None else {"selection": selection}
    assert (await made(yard, settings, **asked))["tasks"] == 1


async def test_a_selection_is_taken_as_the_list_takes_it(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    first, second, third = [await yard.task(project, batch=batch) for batch in ("may", "may", "june")]
    chosen = await made(yard, settings, selection={"ids": [third["id"]]})
    assert [line["id"] for line in await lines(yard.owner, chosen)] == [third["id"]]
    assert chosen["selection"] == {"chosen": 1}
    filtered = await made(yard, settings, selection={"filter": {"batch": "may"}, "except": [first["id"]]})
    assert [line["id"] for line in await lines(yard.owner, filtered)] == [second["id"]]
    assert filtered["selection"] == {"filter": {"batch": "may"}, "excepted": 1}
    assert (await manifest(yard, filtered))["selection"] == {"filter": {"batch": "may"}, "except": [first["id"]]}
    for selection, problem in (({"ids": []}, "selection_empty"), ({"filter": {"bach": "x"}}, "field_unknown")):
        assert (await yard.owner.post("/exports", {"selection": selection})).problem == problem


async def test_no_tasks_are_an_empty_file(yard: Yard, settings: Settings) -> None:
    done = await made(yard, settings)
    assert (done["state"], done["tasks"], done["bytes"]) == ("completed", 0, 0)
    assert await lines(yard.owner, done) == []
    assert (await manifest(yard, done))["counts"]["tasks"] == 0
    assert (await yard.owner.delete(f"/exports/{done['id']}")).status == 204


@pytest.mark.parametrize("form", ["json", "csv", "parquet", "coco", "yolo"])
async def test_every_format_is_made_in_the_background_too(yard: Yard, settings: Settings, form: str) -> None:
    await yard.task(await yard.project(PICTURE_FLOW), {"photo": await yard.file()})
    done = await made(yard, settings, format=form)
    assert (done["state"], done["tasks"]) == ("completed", 1)
    said = await yard.owner.get(f"/exports/{done['id']}/download")
    straight = await yard.owner.get("/tasks/export", params={"format": form})
    assert said.headers["content-type"] == straight.headers["content-type"]
    if form not in {"yolo", "coco"}:  # whose time is their own
        assert said.response.content == straight.response.content
    assert done["left_out"] == ({"no annotate answer": 1} if form in {"coco", "yolo"} else {})


async def test_files_go_along_in_a_zip(yard: Yard, settings: Settings) -> None:
    await yard.task(await yard.project(PICTURE_FLOW), {"photo": await yard.file()})
    done = await made(yard, settings, include=["files"])
    content = (await yard.owner.get(f"/exports/{done['id']}/download")).response.content
    found = zipfile.ZipFile(io.BytesIO(content))
    assert found.testzip() is None
    assert (done["files"], done["file_name"].rpartition(".")[2]) == (1, "zip")
    assert json.loads(found.read("manifest.json")) == await manifest(yard, done)


async def test_an_export_is_what_was_there_when_it_was_begun_however_it_goes_on(
    yard: Yard, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = await yard.project()
    await yard.task(project)
    put_away = files.put_away

    async def while_it_is_made(*given: Any) -> Any:
        monkeypatch.setattr(files, "put_away", put_away)
        await yard.task(project)
        return await put_away(*given)

    monkeypatch.setattr(files, "put_away", while_it_is_made)
    assert (await made(yard, settings))["tasks"] == 1


# --- dying, failing, cancelling


async def test_a_worker_that_dies_is_followed_by_another_and_only_the_last_attempt_counts(
    yard: Yard, settings: Settings
) -> None:
    await yard.task(await yard.project())
    export = await ask(yard.owner)
    workspace, export_id = yard.workspace_id, UUID(export["id"])
    async with yard.desk.database.transaction(workspace) as session:
        dead = await actions.begin(session, workspace, export_id)
    assert dead is not None
    done = await enter(yard, settings, export)
    assert (done["state"], done["tasks"]) == ("completed", 1)
    await making.Making(tools_of(yard.desk), dead, 30).run()
    assert await enter(yard, settings, export) == done


async def test_after_so_many_attempts_it_has_failed_and_says_so(yard: Yard, settings: Settings) -> None:
    export = await ask(yard.owner)
    for _ in range(ATTEMPTS_MAX):
        async with yard.desk.database.transaction(yard.workspace_id) as session:
            assert await actions.begin(session, yard.workspace_id, UUID(export["id"])) is not None
    done = await enter(yard, settings, export)
    assert (done["state"], done["reason"]) == (
        "failed", "It was given up after 5 attempts: each time the worker ended in the middle of it.",
    )  # fmt: skip
    assert (await yard.owner.get(f"/exports/{export['id']}/download")).problem == "nothing_to_download"


async def test_a_store_that_is_away_is_tried_again_and_in_the_end_told(
    yard: Yard, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await yard.task(await yard.project())
    export = await ask(yard.owner)

    async def away(*_: Any) -> None:
        raise FilesUnreachable

    with monkeypatch.context() as patched:
        patched.setattr(ObjectStore, "put_path", away)
        for _ in range(ATTEMPTS_MAX - 1):
            with pytest.raises(FilesUnreachable):
                await enter(yard, settings, export)
        assert (await yard.owner.get(f"/exports/{export['id']}")).json["state"] == "running"
        assert (await enter(yard, settings, export))["state"] == "failed"


async def test_what_cannot_be_written_fails_at_once_with_the_reason(yard: Yard, settings: Settings) -> None:
    flow = """
input: {type: object, required: [n], properties: {n: {type: integer}}}
steps: [{id: label, use: fill, by: people, with: {show: ["{{ input.n }}"]}, output: {type: object, properties: {a: {type: string}}}}]
"""
    await yard.task(await yard.project(flow), {"n": 2**70})
    done = await made(yard, settings, format="parquet")
    assert done["state"] == "failed"
    assert str(2**70) in done["reason"]


async def test_a_cancelled_export_stays_cancelled_and_leaves_nothing(yard: Yard, settings: Settings) -> None:
    await yard.task(await yard.project())
    export = await ask(yard.owner)
    said = (await yard.owner.post(f"/exports/{export['id']}/cancel")).json
    assert (said["state"], said["reason"], said["can"]["delete"]) == ("cancelled", "owner cancelled it.", None)
    assert (await enter(yard, settings, export))["state"] == "cancelled"
    assert (await yard.owner.post(f"/exports/{export['id']}/cancel")).problem == "illegal_move"


async def test_an_export_that_is_cancelled_while_it_is_made_ends(
    yard: Yard, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await yard.task(await yard.project())
    export = await ask(yard.owner)
    put_away = files.put_away

    async def cancelled_meanwhile(*given: Any) -> Any:
        monkeypatch.setattr(files, "put_away", put_away)
        assert (await yard.owner.post(f"/exports/{export['id']}/cancel")).status == 200
        return await put_away(*given)

    monkeypatch.setattr(files, "put_away", cancelled_meanwhile)
    assert (await enter(yard, settings, export))["state"] == "cancelled"
    assert await yard.sql("SELECT 1 FROM file_passages WHERE kind = 'kept'") == []


# --- keeping and letting go


async def test_a_deleted_export_takes_its_bytes_along_unless_another_has_the_same(
    yard: Yard, settings: Settings
) -> None:
    await yard.task(await yard.project())
    first, second = await made(yard, settings), await made(yard, settings)
    assert first["sha256"] == second["sha256"]
    (chore,) = files.chores(yard.desk.database, yard.desk.objects)
    for export, is_left in ((first, True), (second, False)):
        assert (await yard.owner.delete(f"/exports/{export['id']}")).status == 204
        await chore.enter(workspace_id=str(yard.workspace_id), hashes=[export["sha256"]])
        assert await yard.desk.objects.exists(yard.workspace_id, export["sha256"]) is is_left
        assert (await yard.owner.get(f"/exports/{export['id']}")).problem == "no_such_export"
    assert len(await lines(yard.owner, await made(yard, settings))) == 1


async def test_an_export_under_way_is_not_deleted(yard: Yard) -> None:
    export = await ask(yard.owner)
    assert (await yard.owner.delete(f"/exports/{export['id']}")).problem == "illegal_move"


async def test_after_its_days_the_record_stays_and_the_bytes_go(yard: Yard, settings: Settings, idle: Worker) -> None:
    await yard.task(await yard.project())
    done = await made(yard, settings)
    await idle.sweep()
    assert len(await lines(yard.owner, done)) == 1
    await yard.sql("UPDATE exports SET expires_at = now() - interval '1 second'")
    await idle.sweep()
    said = await yard.owner.get(f"/exports/{done['id']}/download")
    assert (said.status, said.problem) == (409, "nothing_to_download")
    shown = (await yard.owner.get(f"/exports/{done['id']}")).json
    assert (shown["state"], shown["download_url"], shown["manifest_url"]) == ("completed", None, None)


# --- who sees what


async def test_clients_export_what_is_shared_and_see_their_own_exports_alone(yard: Yard, settings: Settings) -> None:
    shared = await yard.task(await yard.project(shared_with_clients=True))
    inside = await yard.project(name="Inside")
    await yard.task(inside)
    client, other = await yard.person("client"), await yard.person("client")
    everything = await made(yard, settings)
    theirs = await made(yard, settings, client)
    assert (everything["tasks"], theirs["tasks"]) == (2, 1)
    assert [line["id"] for line in await lines(client, theirs)] == [shared["id"]]
    assert [row["id"] for row in (await client.get("/exports")).json["items"]] == [theirs["id"]]
    assert len((await yard.owner.get("/exports")).json["items"]) == 2
    for path in ("", "/download", "/manifest"):
        assert (await client.get(f"/exports/{everything['id']}{path}")).problem == "no_such_export"
        assert (await other.get(f"/exports/{theirs['id']}{path}")).problem == "no_such_export"
    assert (await client.delete(f"/exports/{everything['id']}")).problem == "no_such_export"
    said = await client.post("/exports", {"selection": {"filter": {"project": [inside]}}})
    assert said.problem == "no_such_project"
    said = await client.post("/exports", {"selection": {"filter": {"reserved_by": [client.member_id]}}})
    assert said.problem == "field_unknown"
    assert (await (await yard.person("annotator")).get("/exports")).problem == "not_allowed"


async def test_the_history_is_paged_newest_first(yard: Yard) -> None:
    ids = [(await ask(yard.owner))["id"] for _ in range(3)]
    page = (await yard.owner.get("/exports", params={"limit": 2})).json
    rest = (await yard.owner.get("/exports", params={"limit": 2, "cursor": page["next"]})).json
    assert [row["id"] for row in page["items"] + rest["items"]] == ids[::-1]
    assert (page["total"], rest["next"]) == (3, None)


async def test_a_repeated_key_asks_once(yard: Yard) -> None:
    for _ in range(2):
        said = await yard.owner.post("/exports", {"format": "csv"}, headers={"Idempotency-Key": "once"})
        assert said.status == 202
    assert (await yard.owner.get("/exports")).json["total"] == 1


# --- consumers


async def changed(yard: Yard, settings: Settings, who: Person | None = None, **asked: Any) -> list[dict[str, Any]]:
    done = await made(yard, settings, who, consumer="billing", **asked)
    assert done["state"] == "completed", done["reason"]
    return await lines(who or yard.owner, done)


async def test_a_consumer_gets_everything_first_and_then_what_changed(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    first, second, third = [(await yard.task(project))["id"] for _ in range(3)]
    assert [line["id"] for line in await changed(yard, settings)] == [first, second, third]
    assert await changed(yard, settings) == []
    await yard.answer(await yard.person(), {"labels": ["praise"]})
    await yard.owner.patch(f"/tasks/{third}", {"batch": "may"})
    assert [line["id"] for line in await changed(yard, settings)] == [first, third]
    assert await changed(yard, settings) == []


async def test_being_held_and_given_back_is_no_change(yard: Yard, settings: Settings) -> None:
    await yard.task(await yard.project())
    await changed(yard, settings)
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json["reservation"]
    await ana.post(f"/reservations/{hold['id']}/release", {})
    assert await changed(yard, settings) == []


@pytest.mark.parametrize("form", ["jsonl", "json", "csv", "parquet"])
async def test_what_was_deleted_is_told(yard: Yard, settings: Settings, form: str) -> None:
    project = await yard.project()
    gone = await yard.task(project)
    kept = await yard.task(project)
    await made(yard, settings, consumer="billing", format=form)
    await yard.owner.post(f"/tasks/{gone['id']}/cancel")
    assert (await yard.owner.delete(f"/tasks/{gone['id']}")).status in {200, 204}
    done = await made(yard, settings, consumer="billing", format=form)
    assert (done["state"], done["tasks"], done["gone"]) == ("completed", 0, 1)
    content = (await yard.owner.get(f"/exports/{done['id']}/download")).response.content
    if form == "parquet":
        (row,) = pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()
        assert (row["id"], row["status"]) == (gone["id"], "deleted")
    else:
        assert gone["id"].encode() in content
        assert b"deleted" in content
    assert kept["id"].encode() not in content


async def test_what_went_into_an_archive_is_told_and_comes_back_as_a_change(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    task = (await yard.task(project))["id"]
    await yard.owner.post(f"/tasks/{task}/cancel")
    await changed(yard, settings)
    archive = await archived(yard, [task])
    (line,) = await changed(yard, settings)
    assert (line["id"], line["status"], line["project"]) == (task, "archived", {"id": project})
    await restored(yard, archive)
    (line,) = await changed(yard, settings)
    assert (line["id"], line["status"]) == (task, "cancelled")


async def test_tasks_of_an_upload_are_changes(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    await changed(yard, settings)
    uploading = Uploading(yard, settings)
    upload = await uploading.taken(project, "text,priority\nhello,1\nworld,2\nagain,soon\n")
    assert [line["input"]["text"] for line in await changed(yard, settings)] == ["hello", "world"]
    await uploading.mended(upload, (await uploading.failed_rows(upload)).replace("soon", "3"))
    assert [line["input"]["text"] for line in await changed(yard, settings)] == ["again"]


async def test_a_change_that_is_committed_after_the_export_is_in_the_next_one(yard: Yard, settings: Settings) -> None:
    """It had its number before the export began: a position by numbers alone would pass it over."""
    project = await yard.project()
    task = await yard.task(project)
    await changed(yard, settings)
    late = await yard.desk.database.begin(yard.workspace_id)
    await late.execute(
        text("INSERT INTO facts (workspace_id, name, says, task_id, project_id, data, actor_kind, actor_name)"
                     " VALUES (:w, 'task.changed', 'Late.', :t, :p, '{}', 'system', 'Late')"),
        {"w": yard.workspace_id, "t": UUID(task["id"]), "p": UUID(project)},
    )  # fmt: skip
    other = await yard.task(project)
    assert [line["id"] for line in await changed(yard, settings)] == [other["id"]]
    await yard.desk.database.commit(late)
    assert [line["id"] for line in await changed(yard, settings)] == [task["id"]]
    assert await changed(yard, settings) == []


async def test_the_position_moves_only_when_the_export_is_completed(yard: Yard, settings: Settings) -> None:
    await yard.task(await yard.project())
    export = await ask(yard.owner, consumer="billing")
    await yard.owner.post(f"/exports/{export['id']}/cancel")
    (consumer,) = (await yard.owner.get("/exports/consumers")).json["items"]
    assert (consumer["name"], consumer["position"]) == ("billing", None)
    assert len(await changed(yard, settings)) == 1
    (consumer,) = (await yard.owner.get("/exports/consumers")).json["items"]
    assert consumer["position"] is not None
    done = (await yard.owner.get("/exports")).json["items"][0]
    assert (consumer["last_export_id"], consumer["position_at"]) == (done["id"], done["snapshot_at"])
    told = await manifest(yard, done)
    assert told["consumer"] == {"name": "billing", "since": None, "until": consumer["position"]}


async def test_a_consumer_follows_no_day_that_moves(yard: Yard) -> None:
    asked = {
        "consumer": "billing",
        "selection": {"filter": {"completed_from": "yesterday", "created_to": "2030-01-01"}},
    }
    said = await yard.owner.post("/exports", asked)
    assert (said.status, said.problem) == (422, "body_invalid")
    assert "give `completed_from` as a date" in said.response.text
    del asked["consumer"]
    assert (await yard.owner.post("/exports", asked)).status == 202


async def test_two_at_once_for_one_consumer_are_refused(yard: Yard, settings: Settings) -> None:
    export = await ask(yard.owner, consumer="billing")
    again = await yard.owner.post("/exports", {"consumer": "billing"})
    assert (again.status, again.problem) == (409, "consumer_busy")
    (consumer,) = (await yard.owner.get("/exports/consumers")).json["items"]
    assert (await yard.owner.post(f"/exports/consumers/{consumer['id']}/reset")).problem == "consumer_busy"
    await ask(yard.owner, consumer="another")
    await enter(yard, settings, export)
    await ask(yard.owner, consumer="billing")


async def test_a_consumer_follows_one_filter_until_it_is_reset(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    await yard.task(project)
    await changed(yard, settings)
    narrower: dict[str, Any] = {"selection": {"filter": {"project": [project]}}}
    said = await yard.owner.post("/exports", {"consumer": "billing", **narrower})
    assert (said.status, said.problem) == (409, "consumer_asks_otherwise")
    (consumer,) = (await yard.owner.get("/exports/consumers")).json["items"]
    reset = (await yard.owner.post(f"/exports/consumers/{consumer['id']}/reset")).json
    assert reset["position"] is None
    assert len(await changed(yard, settings, None, **narrower)) == 1
    for selection in ({"ids": [project]}, {"filter": {"mine": True}}):
        said = await yard.owner.post("/exports", {"consumer": "billing", "selection": selection})
        assert said.problem == "not_together"


async def test_a_position_of_another_database_is_not_gone_on_from(yard: Yard, settings: Settings) -> None:
    await changed(yard, settings)
    await yard.sql("UPDATE export_consumers SET position = '900000000000:900000000000:'")
    done = await made(yard, settings, consumer="billing")
    assert (done["state"], done["reason"].partition(" was")[0]) == (
        "failed", "The position of billing is not of this database, which",
    )  # fmt: skip


async def test_a_client_s_consumer_is_not_the_leads_of_the_same_name(yard: Yard, settings: Settings) -> None:
    await yard.task(await yard.project(shared_with_clients=True))
    await yard.task(await yard.project(name="Inside"))
    client = await yard.person("client")
    assert len(await changed(yard, settings)) == 2
    assert len(await changed(yard, settings, client)) == 1
    (seen,) = (await client.get("/exports/consumers")).json["items"]
    assert (seen["of_clients"], seen["can"]["reset"]) == (True, "Your role may not reset consumers.")
    assert len((await yard.owner.get("/exports/consumers")).json["items"]) == 2
    assert (await client.post(f"/exports/consumers/{seen['id']}/reset")).problem == "not_allowed"
