"""Files end with the last task that uses them, and bytes with the last row that names them; never one before."""

from __future__ import annotations

import asyncio
import hashlib
from secrets import token_bytes
from typing import Any
from uuid import UUID

import pytest

from taskyard.domain import files
from taskyard.domain.files import actions
from taskyard.worker import Worker
from tests.builders import PICTURE_FLOW, Yard, a_picture

ROUNDS = 20
PHOTO_FLOW = """
input: {type: object, required: [photo], properties: {photo: {type: string, x-kind: image}}}
steps:
  - id: look
    use: annotate
    by: people
    with: {image: "{{ input.photo }}", prompt: Draw a box round the total}
output: {regions: "{{ look.regions }}"}
"""
MEDIA = {"Content-Type": "application/octet-stream"}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def lies_there(yard: Yard, content: bytes) -> bool:
    return await yard.desk.objects.exists(yard.workspace_id, sha256(content))


async def gone(yard: Yard, content: bytes) -> None:
    async with asyncio.timeout(20):
        while await lies_there(yard, content):
            await asyncio.sleep(0.05)


async def a_task(yard: Yard, project: str, file: str) -> str:
    return str((await yard.task(project, {"photo": file}))["id"])


async def delete(yard: Yard, task: str) -> None:
    assert (await yard.owner.delete(f"/tasks/{task}")).status == 204


def unlike_others() -> bytes:
    """A picture that no other test has."""
    return a_picture() + token_bytes(16)


async def passages(yard: Yard) -> list[Any]:
    return await yard.sql("SELECT kind FROM file_passages WHERE workspace_id = :here", here=yard.workspace_id)


@pytest.mark.usefixtures("worker")
async def test_a_deleted_task_takes_its_files_along_with_every_copy_of_them(yard: Yard) -> None:
    content = unlike_others()
    file = await yard.file(content)
    task = await a_task(yard, await yard.project(PHOTO_FLOW), file)
    assert (await yard.owner.get(f"/files/{file}/thumbnail")).status == 200
    assert (await yard.owner.get(f"/files/{file}/view")).status == 200
    await delete(yard, task)
    assert (await yard.owner.get(f"/files/{file}")).problem == "no_such_file"
    await gone(yard, content)
    for copy in (".view", ".thumb"):
        assert await yard.desk.objects.copy_of(yard.workspace_id, sha256(content), copy) is None
    async with asyncio.timeout(10):
        while await passages(yard):
            await asyncio.sleep(0.05)


@pytest.mark.models
@pytest.mark.usefixtures("worker")
async def test_the_picture_that_a_model_drew_ends_with_its_task(yard: Yard) -> None:
    task = await a_task(yard, await yard.project(PICTURE_FLOW), await yard.file(unlike_others()))
    answers = await yard.until(yard.owner, f"/tasks/{task}/answers", lambda shown: shown["items"])
    drawn = answers["items"][0]["data"]["image"]
    content = (await yard.owner.get(f"/files/{drawn}")).response.content
    await delete(yard, task)
    assert (await yard.owner.get(f"/files/{drawn}")).problem == "no_such_file"
    await gone(yard, content)


@pytest.mark.usefixtures("worker")
async def test_a_file_stays_while_another_task_uses_it(yard: Yard) -> None:
    content, project = unlike_others(), await yard.project(PHOTO_FLOW)
    file = await yard.file(content)
    first, second = await a_task(yard, project, file), await a_task(yard, project, file)
    await delete(yard, first)
    assert (await yard.owner.get(f"/files/{file}")).response.content == content
    await delete(yard, second)
    assert (await yard.owner.get(f"/files/{file}")).problem == "no_such_file"
    await gone(yard, content)


@pytest.mark.usefixtures("worker")
async def test_bytes_stay_while_another_file_or_an_upload_has_them(yard: Yard) -> None:
    shared, marker = unlike_others(), unlike_others()
    project = await yard.project(PHOTO_FLOW)
    first, second = await yard.file(shared), await yard.file(shared)
    await delete(yard, await a_task(yard, project, first))
    # The line of chores is in order: when the marker's bytes are gone, those before it were looked at.
    await delete(yard, await a_task(yard, project, await yard.file(marker)))
    await gone(yard, marker)
    assert (await yard.owner.get(f"/files/{second}")).response.content == shared

    rows = f"photo\n{second}\n".encode()
    source = (await yard.owner.post("/files", params={"name": "rows.csv"}, content=rows, headers=MEDIA)).json
    upload = await yard.owner.post("/uploads", files={"file": ("rows.csv", rows)}, data={"project": project})
    await yard.until(yard.owner, f"/uploads/{upload.json['id']}", lambda shown: shown["created"] == 1)
    async with yard.desk.database.transaction(yard.workspace_id) as session:
        task_id = UUID((await yard.owner.get("/tasks")).json["items"][0]["id"])
        await files.use(session, yard.workspace_id, [(task_id, UUID(source["id"]))])
    await delete(yard, str(task_id))
    again = unlike_others()
    await delete(yard, await a_task(yard, project, await yard.file(again)))
    await gone(yard, again)
    assert await lies_there(yard, rows), "the upload's source is kept for its record"
    assert not await lies_there(yard, shared)


@pytest.mark.usefixtures("worker")
async def test_what_an_upload_brought_is_used_by_its_tasks(yard: Yard) -> None:
    project = await yard.project(PHOTO_FLOW)
    contents = [unlike_others() for _ in range(3)]
    names = [await yard.file(content) for content in contents]
    for mode in ("valid_rows", "all_or_nothing"):
        rows = "photo,external_id\n" + "".join(f"{name},{mode}-{number}\n" for number, name in enumerate(names))
        given = await yard.owner.post(
            "/uploads", files={"file": ("rows.csv", rows.encode())}, data={"project": project, "mode": mode}
        )
        await yard.until(yard.owner, f"/uploads/{given.json['id']}", lambda shown: shown["created"] == len(names))
    for task in (await yard.owner.get("/tasks")).json["items"]:
        await delete(yard, task["id"])
    for content in contents:
        await gone(yard, content)


async def test_a_task_and_the_end_of_its_file_at_once_leave_no_task_without_its_picture(yard: Yard) -> None:
    project = await yard.project(PHOTO_FLOW)
    for _ in range(ROUNDS):
        file = await yard.file(unlike_others())
        task = await a_task(yard, project, file)
        made, ended = await asyncio.gather(
            yard.owner.post("/tasks", {"project": project, "input": {"photo": file}}),
            yard.owner.delete(f"/tasks/{task}"),
        )
        assert ended.status == 204
        there = (await yard.owner.get(f"/files/{file}")).status
        assert (made.status, there) in {(201, 200), (422, 404)}
        if made.status == 201:
            await delete(yard, made.json["id"])


async def test_content_that_is_leaving_is_not_counted_on(yard: Yard) -> None:
    content = unlike_others()
    task = await a_task(yard, await yard.project(PHOTO_FLOW), await yard.file(content))
    await delete(yard, task)
    (remove,) = files.chores(yard.desk.database, yard.desk.objects)
    async with yard.desk.database.transaction(yard.workspace_id) as session:
        assert await actions.begin_removal(session, yard.workspace_id, sha256(content)) is not None
    refused = await yard.owner.post("/files", content=content, headers=MEDIA)
    assert (refused.status, refused.problem, refused.headers["retry-after"]) == (503, "content_leaving", "2")
    await remove.enter(workspace_id=str(yard.workspace_id), hashes=[sha256(content)])
    assert not await lies_there(yard, content)
    again = await yard.file(content)
    await remove.enter(workspace_id=str(yard.workspace_id), hashes=[sha256(content)])
    assert (await yard.owner.get(f"/files/{again}")).response.content == content


async def test_what_a_killed_process_left_behind_is_swept_and_nothing_else(yard: Yard, worker: Worker) -> None:
    lost, under_way, kept = (token_bytes(100) for _ in range(3))
    for content in (lost, under_way):
        await files.put_away_made(
            yard.desk.database, yard.desk.objects, yard.desk.pictures, yard.workspace_id, content, "x"
        )
    await yard.owner.post("/files", content=kept, headers=MEDIA)
    await yard.sql(
        "UPDATE file_passages SET begun_at = now() - interval '2 hours' WHERE workspace_id = :here AND sha256 = :lost",
        here=yard.workspace_id,
        lost=sha256(lost),
    )
    await worker.sweep()
    await gone(yard, lost)
    assert await lies_there(yard, under_way)
    assert await lies_there(yard, kept)
