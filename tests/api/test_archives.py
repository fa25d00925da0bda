"""Archives through the API: what goes, what stays and why, and that what comes back is what went."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from typing import Any
from uuid import UUID

import pytest

from taskyard.domain import tasks
from taskyard.domain.archives import unpacking
from taskyard.domain.archives.packing import Removal
from taskyard.kit.db.engine import WORKER_ROLE, Database
from taskyard.worker import Worker
from tests.builders import BOTH_FLOW, TWO_STEP_FLOW, Yard, a_picture
from tests.builders.archives import OPEN, archived, ask, enter, hashes, lines, outcomes, restored, rows_left, shown
from tests.builders.tasks import many

PHOTO_FLOW = """
input: {type: object, required: [photo], properties: {photo: {type: string, x-kind: image}}}
steps:
  - id: look
    use: annotate
    by: people
    with: {image: "{{ input.photo }}", prompt: Draw a box round the total}
output: {regions: "{{ look.regions }}"}
"""
LABEL = {"labels": ["question"]}


async def finished(yard: Yard, project: str, number: int = 1) -> list[str]:
    """Make tasks that people have answered."""
    ids = await many(yard, project, number)
    ana = await yard.person()
    for _ in ids:
        await yard.answer(ana, LABEL, project)
    return ids


async def in_list(yard: Yard) -> set[str]:
    return {task["id"] for task in (await yard.owner.get("/tasks", params={"limit": 200})).json["items"]}


async def names(yard: Yard, task: str) -> list[str]:
    page = (await yard.owner.get(f"/tasks/{task}/timeline", params={"limit": 200})).json
    return [fact["name"] for fact in page["items"]]


# --- what goes


async def test_finished_tasks_leave_the_list_and_the_record_says_so(yard: Yard, worker: Worker) -> None:
    assert worker.name
    ids = await finished(yard, await yard.project(name="Receipts"), 3)
    said = await ask(yard.owner, ids)
    assert (said.status, said.headers["location"]) == (202, f"/api/v1/archives/{said.json['id']}")
    done = await yard.until(yard.owner, f"/archives/{said.json['id']}", lambda one: one["state"] not in OPEN)
    assert (done["state"], done["asked"], done["tasks"], done["left_out"], done["progress"], done["reason"]) == (
        "completed", 3, 3, 0, 1.0, None,
    )  # fmt: skip
    assert (done["name"], [each["name"] for each in done["projects"]]) == ("Receipts", ["Receipts"])
    assert done["by"]["name"] == "owner"
    assert await in_list(yard) == set()
    assert set((await rows_left(yard, ids)).values()) == {0}
    assert set((await outcomes(yard, done)).values()) == {("archived", None)}
    assert [one["id"] for one in (await yard.owner.get("/archives")).json["items"]] == [done["id"]]


async def test_the_file_opens_with_what_it_is_holds_a_task_a_line_and_closes_with_counts(yard: Yard) -> None:
    ids = await finished(yard, await yard.project(), 2)
    done = await archived(yard, ids, name="May")
    said = await yard.owner.get(f"/archives/{done['id']}/download")
    content = said.response.content
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (done["sha256"], done["bytes"])
    assert said.headers["content-type"] == "application/gzip"
    first, *tasks, last = await lines(yard.owner, done)
    assert (first["taskyard_archive"], first["archive"]["name"]) == (1, "May")
    assert last == {"end": {"tasks": 2, "runs": 2, "answers": 2, "files": 0}}
    assert [line["id"] for line in tasks] == sorted(ids)
    assert tasks[0]["content"]["task_inputs"]["input"] == {"text": "Message 0"}
    assert [answer["data"] for answer in tasks[0]["content"]["answers"]] == [LABEL]
    assert set(first["tables"]) == set(tasks[0]["content"]) - {"files"}


async def test_each_line_carries_the_hash_of_its_content_as_it_stands_there(yard: Yard) -> None:
    ids = await finished(yard, await yard.project(), 2)
    done = await archived(yard, ids)
    raw = gzip.decompress((await yard.owner.get(f"/archives/{done['id']}/download")).response.content)
    for line in raw.decode().splitlines()[1:-1]:
        told = line.partition(',"content":')[2][:-1]
        assert json.loads(line)["sha256"] == hashlib.sha256(told.encode()).hexdigest()


async def test_a_filter_means_what_it_found_when_it_was_asked(yard: Yard) -> None:
    project = await yard.project()
    early = await many(yard, project, 3, batch="may")
    made = (await ask(yard.owner, filter={"batch": "may"})).json
    late = str((await yard.task(project, batch="may"))["id"])
    await enter(yard, made)
    assert await in_list(yard) == {late}
    assert set(await outcomes(yard, made)) == set(early)
    assert (await shown(yard, made))["selection"] == {"filter": {"batch": "may"}}


async def test_a_dry_run_counts_and_says_why_and_does_nothing(yard: Yard) -> None:
    project = await yard.project()
    ids = await many(yard, project, 4)
    await (await yard.person()).post("/next", {"project": project})
    said = await ask(yard.owner, ids, dry_run=True)
    assert said.status == 200
    assert (said.json["asked"], said.json["archivable"]) == (4, 3)
    (refused,) = said.json["refused"]
    assert (refused["reason"], refused["count"]) == ("in_hand", 1)
    assert "release it" in refused["says"]
    assert (await yard.owner.get("/archives")).json["items"] == []
    assert await yard.sql("SELECT 1 FROM archive_items") == []


# --- what stays


async def test_work_in_hand_and_runs_under_way_stay_each_with_its_reason(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    held, half, fresh = await many(yard, project, 3)
    ana = await yard.person()
    hold = (await ana.post("/next", {"project": project})).json
    assert hold["task"]["id"] == held
    bo = await yard.person()
    other = (await bo.post("/next", {"project": project})).json
    await bo.post(f"/reservations/{other['reservation']['id']}/submit", {"answer": {"labels": ["problem"]}})
    done = await archived(yard, [held, half, fresh])
    assert await outcomes(yard, done) == {
        held: ("left_out", "in_hand"), half: ("left_out", "in_flight"), fresh: ("archived", None),
    }  # fmt: skip
    assert (done["tasks"], done["left_out"]) == (1, 2)
    assert done["reason"] == "2 tasks stayed in the list: 1 with a run under way, 1 in somebody's hands."
    assert await in_list(yard) == {held, half}


async def test_a_model_at_work_keeps_its_task_in_the_list(yard: Yard) -> None:
    task = str((await yard.task(await yard.project(BOTH_FLOW.replace("PERFORMER", "local/labels"))))["id"])
    await yard.sql(
        "UPDATE step_runs SET state = 'running', worker = 'w', lease_until = now() + interval '1 hour' "
        "WHERE task_id = :id",
        id=UUID(task),
    )
    said = await ask(yard.owner, [task])
    assert (said.status, said.problem) == (409, "nothing_to_archive")
    assert said.refusal["detail"] == "None of these can be archived: 1 with a model at work."
    assert said.refusal["refused"] == {"model_at_work": 1}


async def test_a_rerun_that_waits_is_not_abandoned(yard: Yard) -> None:
    (task,) = await finished(yard, await yard.project())
    assert (await yard.owner.post(f"/tasks/{task}/runs", {})).status == 201
    assert (await ask(yard.owner, [task])).refusal["refused"] == {"in_flight": 1}


async def test_a_task_that_changes_after_it_was_written_stays_and_is_told(yard: Yard) -> None:
    changed, gone, same = await finished(yard, await yard.project(), 3)
    made = (await ask(yard.owner, [changed, gone, same])).json
    await written_only(yard, made)
    assert (await yard.owner.patch(f"/tasks/{changed}", {"metadata": {"seen": True}})).status == 200
    assert (await yard.owner.delete(f"/tasks/{gone}")).status == 204
    await enter(yard, made)
    assert await outcomes(yard, made) == {
        changed: ("left_out", "changed"), gone: ("left_out", "gone"), same: ("archived", None),
    }  # fmt: skip
    assert await in_list(yard) == {changed}


async def written_only(yard: Yard, archive: dict[str, Any]) -> None:
    """Stop a worker between the durable file and the first removal."""

    async def dies(_: Removal) -> None:
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Removal, "run", dies)
        with pytest.raises(SystemExit):
            await enter(yard, archive)
    assert (await shown(yard, archive))["state"] == "removing"


async def test_when_all_that_was_written_changed_there_is_no_file(yard: Yard) -> None:
    (task,) = await finished(yard, await yard.project())
    made = (await ask(yard.owner, [task])).json
    await written_only(yard, made)
    await yard.owner.patch(f"/tasks/{task}", {"priority": 5})
    await enter(yard, made)
    done = await shown(yard, made)
    assert (done["state"], done["tasks"], done["sha256"]) == ("completed", 0, None)
    assert done["reason"] == "Nothing was archived. 1 task stayed in the list: 1 changed in the meantime."
    assert (await yard.owner.get(f"/archives/{made['id']}/download")).problem == "archive_empty"
    assert await yard.sql("SELECT 1 FROM file_passages WHERE kind = 'kept'") == []


async def test_two_archives_over_the_same_tasks_take_each_task_once(yard: Yard) -> None:
    ids = await finished(yard, await yard.project(), 3)
    one, two = (await ask(yard.owner, ids)).json, (await ask(yard.owner, ids[:2])).json
    await written_only(yard, one)
    await written_only(yard, two)
    await enter(yard, two)
    await enter(yard, one)
    assert set((await outcomes(yard, two)).values()) == {("archived", None)}
    assert [(await outcomes(yard, one))[each] for each in ids] == [
        ("left_out", "gone"), ("left_out", "gone"), ("archived", None),
    ]  # fmt: skip


# --- what comes back


async def test_what_comes_back_is_what_went_by_its_hash(yard: Yard) -> None:
    photo, words = await yard.project(PHOTO_FLOW, name="Photos"), await yard.project(TWO_STEP_FLOW, name="Words")
    file = await yard.file(a_picture("archived"))
    with_file = str((await yard.task(photo, {"photo": file}))["id"])
    twice = (await many(yard, words, 2, batch="may", priority=-3, metadata={"n": 10**30, "x": None}))[0]
    ana, bo = await yard.person(name="Ana"), await yard.person(name="Bo")
    # A skip, a release with a draft, two runs, and work that came too late.
    hold = (await bo.post("/next", {"project": words})).json["reservation"]
    await bo.post(f"/reservations/{hold['id']}/skip", {"reason": "I do not know."})
    hold = (await ana.post("/next", {"project": words})).json["reservation"]
    saved = {"answer": {"labels": ["praise"]}, "revision": 0}
    await ana.put(f"/reservations/{hold['id']}/draft", saved)
    await ana.post(f"/reservations/{hold['id']}/release")
    await yard.answer(ana, LABEL, words)
    await yard.owner.post(f"/tasks/{twice}/runs", {"settings": {"prompt": "Again"}})
    await yard.answer(ana, LABEL, words)
    ids = sorted(await in_list(yard))
    before = await hashes(yard, ids)
    pages = {each: (await yard.owner.get(f"/tasks/{each}")).json for each in ids}
    assert [run["number"] for run in pages[twice]["runs"]] == [2, 1]
    done = await archived(yard, ids)
    assert set((await rows_left(yard, ids)).values()) == {0}
    back = await restored(yard, done)
    assert (back["state"], back["restored"], back["reason"]) == ("restored", len(ids), None)
    assert await hashes(yard, ids) == before
    assert {each: (await yard.owner.get(f"/tasks/{each}")).json for each in ids} == pages
    assert (await yard.owner.get(f"/files/{file}")).status == 200
    assert with_file in ids


async def test_models_answers_and_drawings_come_back_too(yard: Yard, worker: Worker) -> None:
    assert worker.name
    project = await yard.project(BOTH_FLOW.replace("PERFORMER", "local/labels"))
    task = str((await yard.task(project, {"text": "I want my money back"}))["id"])
    await yard.until(yard.owner, f"/tasks/{task}", lambda page: page["status"] == "completed")
    before = await hashes(yard, [task])
    done = (await ask(yard.owner, [task])).json
    await yard.until(yard.owner, f"/archives/{done['id']}", lambda one: one["state"] == "completed")
    await yard.owner.post(f"/archives/{done['id']}/restore")
    await yard.until(yard.owner, f"/archives/{done['id']}", lambda one: one["state"] == "restored")
    assert await hashes(yard, [task]) == before
    (answer,) = (await yard.owner.get(f"/tasks/{task}/answers")).json["items"]
    assert answer["by"] == {"kind": "model", "id": "local/labels", "name": "local/labels"}


async def test_a_queued_task_that_comes_back_is_handed_out_again(yard: Yard) -> None:
    project = await yard.project()
    task = str((await yard.task(project, priority=7))["id"])
    done = await archived(yard, [task])
    ana = await yard.person()
    assert (await ana.post("/next", {"project": project})).status == 204
    await restored(yard, done)
    assert (await ana.post("/next", {"project": project})).json["task"]["id"] == task


async def test_a_task_that_came_back_is_found_by_its_words_again(yard: Yard) -> None:
    task = str((await yard.task(await yard.project(), {"text": "a zeppelin over the lake"}))["id"])
    found = {"q": "zeppelin"}
    assert (await yard.owner.get("/tasks", params=found)).json["total"] == 1
    done = await archived(yard, [task])
    assert (await yard.owner.get("/tasks", params=found)).json["total"] == 0
    assert await yard.sql("SELECT 1 FROM task_texts") == []
    await restored(yard, done)
    assert (await yard.owner.get("/tasks", params=found)).json["total"] == 1
    assert len(await yard.sql("SELECT 1 FROM task_texts")) == 1


async def test_many_that_came_back_are_found_at_once_and_put_beside_later(
    yard: Yard, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "INDEXED_AT_ONCE_MAX", 1)
    for name in ("Lakes", "Skies"):
        project = await yard.project(name=name)
        for _ in range(2):
            await yard.task(project, {"text": "a zeppelin over the lake " + "and on and on " * 30 + "until dusk"})
    ids = [task["id"] for task in (await yard.owner.get("/tasks")).json["items"]]
    await restored(yard, await archived(yard, ids))
    assert (await yard.owner.get("/tasks", params={"q": "zeppelin"})).json["total"] == 4
    assert (await yard.owner.get("/tasks", params={"q": "until dusk"})).json["total"] == 0
    database = Database(database_url, connections=2, role=WORKER_ROLE)
    while await tasks.index_next(database):
        pass
    await database.close()
    assert (await yard.owner.get("/tasks", params={"q": "until dusk"})).json["total"] == 4


async def test_the_timeline_of_a_restored_task_shows_its_going_and_its_coming_back(yard: Yard) -> None:
    (task,) = await finished(yard, await yard.project())
    await restored(yard, await archived(yard, [task], name="May"))
    page = (await yard.owner.get(f"/tasks/{task}/timeline")).json["items"]
    told = [(fact["name"], fact["says"], fact["by"]["name"]) for fact in page[:2]]
    assert told == [
        ("task.restored", "The task was restored from the archive May.", "Owner"),
        ("task.archived", "The task was archived in the archive May.", "Owner"),
    ]
    assert page[-1]["name"] in {"task.created", "run.queued"}


async def test_some_come_back_and_the_others_stay(yard: Yard) -> None:
    ids = await finished(yard, await yard.project(), 3)
    done = await archived(yard, ids)
    some = await restored(yard, done, ids[:1])
    assert (some["state"], some["restored"], some["tasks"]) == ("completed", 1, 3)
    assert await in_list(yard) == {ids[0]}
    rest = await restored(yard, done, ids[1:])
    assert (rest["state"], rest["restored"]) == ("restored", 3)


async def test_restoring_twice_is_harmless(yard: Yard) -> None:
    ids = await finished(yard, await yard.project(), 2)
    done = await archived(yard, ids)
    first = (await yard.owner.post(f"/archives/{done['id']}/restore")).json
    again = await yard.owner.post(f"/archives/{done['id']}/restore")
    assert (first["state"], again.json["state"]) == ("restoring", "restoring")
    await enter(yard, done)
    await enter(yard, done)
    after = await restored(yard, done, ids[:1])
    assert (after["state"], after["restored"]) == ("restored", 2)
    told = [await names(yard, each) for each in ids]
    assert [each.count("task.restored") for each in told] == [1, 1]


async def test_ids_that_never_went_into_the_archive_are_refused(yard: Yard) -> None:
    project = await yard.project()
    one, other = await finished(yard, project, 2)
    done = await archived(yard, [one])
    said = await yard.owner.post(f"/archives/{done['id']}/restore", {"ids": [one, other]})
    assert (said.status, said.problem) == (422, "not_in_archive")
    assert (await shown(yard, done))["state"] == "completed"


async def test_an_external_id_taken_meanwhile_leaves_its_task_in_the_archive(yard: Yard) -> None:
    project = await yard.project()
    one, two = await finished(yard, project, 2)
    done = await archived(yard, [one, two])
    new = await yard.task(project, external_id="m-0")
    back = await restored(yard, done)
    assert (back["state"], back["restored"]) == ("completed", 1)
    assert back["reason"] == "1 task could not be restored: 1 whose external id another task has now."
    assert await outcomes(yard, done) == {one: ("archived", "external_id_taken"), two: ("restored", None)}
    await yard.owner.delete(f"/tasks/{new['id']}")
    assert (await restored(yard, done))["state"] == "restored"
    assert await outcomes(yard, done) == {one: ("restored", None), two: ("restored", None)}


async def test_a_deleted_project_leaves_its_tasks_in_the_archive(yard: Yard) -> None:
    project = await yard.project()
    (task,) = await finished(yard, project)
    done = await archived(yard, [task])
    assert (await yard.owner.delete(f"/projects/{project}")).status == 204
    await restored(yard, done)
    assert await outcomes(yard, done) == {task: ("archived", "project_gone")}
    assert [line["id"] for line in (await lines(yard.owner, done))[1:-1]] == [task]


async def test_a_task_that_does_not_come_back_equal_stays_in_the_archive(yard: Yard) -> None:
    ids = await finished(yard, await yard.project(), 2)
    done = await archived(yard, ids)
    await yard.sql("UPDATE archive_items SET sha256 = repeat('0', 64) WHERE task_id = :id", id=UUID(ids[0]))
    back = await restored(yard, done)
    assert await outcomes(yard, done) == {ids[0]: ("archived", "differs"), ids[1]: ("restored", None)}
    assert back["state"] == "completed"
    assert set((await rows_left(yard, ids[:1])).values()) == {0}


async def test_a_damaged_file_restores_nothing_and_says_so(yard: Yard) -> None:
    ids = await finished(yard, await yard.project(), 2)
    done = await archived(yard, ids)
    await yard.desk.objects.delete(yard.workspace_id, done["sha256"])
    back = await restored(yard, done)
    assert (back["state"], back["restored"]) == ("completed", 0)
    assert back["reason"] is not None
    assert "missing" in back["reason"]
    assert set((await outcomes(yard, done)).values()) == {("archived", "given_up")}


# --- the way back out


async def test_an_archive_can_be_cancelled_until_a_worker_begins(yard: Yard) -> None:
    ids = await finished(yard, await yard.project(), 2)
    made = (await ask(yard.owner, ids)).json
    said = await yard.owner.post(f"/archives/{made['id']}/cancel")
    assert (said.json["state"], said.json["reason"]) == ("cancelled", "owner cancelled it.")
    await enter(yard, made)
    assert await in_list(yard) == set(ids)
    assert (await yard.owner.post(f"/archives/{made['id']}/cancel")).problem == "illegal_move"
    done = await archived(yard, ids)
    assert (await yard.owner.post(f"/archives/{done['id']}/cancel")).problem == "illegal_move"


async def test_files_of_archived_tasks_stay_until_the_archive_is_deleted(yard: Yard, worker: Worker) -> None:
    assert worker.name
    project = await yard.project(PHOTO_FLOW)
    only, shared = a_picture("only here"), a_picture("here and there")
    files = [await yard.file(only), await yard.file(shared)]
    tasks = [str((await yard.task(project, {"photo": file}))["id"]) for file in files]
    live = str((await yard.task(project, {"photo": files[1]}))["id"])
    made = (await ask(yard.owner, tasks)).json
    done = await yard.until(yard.owner, f"/archives/{made['id']}", lambda one: one["state"] not in OPEN)
    assert done["tasks"] == 2
    # The other task that showed it goes for good: the archive alone holds on to it now.
    assert (await yard.owner.delete(f"/tasks/{live}")).status == 204
    assert [(await yard.owner.get(f"/files/{file}")).status for file in files] == [200, 200]
    assert (await yard.owner.delete(f"/archives/{done['id']}")).status == 204
    await until_gone(yard, f"/archives/{done['id']}")
    assert [(await yard.owner.get(f"/files/{file}")).status for file in files] == [404, 404]
    for content in (only, shared):
        await no_bytes(yard, hashlib.sha256(content).hexdigest())
    await no_bytes(yard, done["sha256"])
    assert await yard.sql("SELECT 1 FROM archive_items") == []


async def test_deleting_a_restored_archive_takes_nothing_from_its_tasks(yard: Yard) -> None:
    project = await yard.project(PHOTO_FLOW)
    file = await yard.file(a_picture("came back"))
    task = str((await yard.task(project, {"photo": file}))["id"])
    done = await archived(yard, [task])
    await restored(yard, done)
    assert (await yard.owner.delete(f"/archives/{done['id']}")).status == 204
    assert (await yard.owner.delete(f"/archives/{done['id']}")).status == 204
    await enter(yard, done)
    assert (await yard.owner.get(f"/archives/{done['id']}")).problem == "no_such_archive"
    assert (await yard.owner.get(f"/files/{file}")).status == 200
    assert (await yard.owner.get(f"/tasks/{task}")).status == 200


async def until_gone(yard: Yard, path: str) -> None:
    async with asyncio.timeout(30):
        while (await yard.owner.get(path)).status != 404:
            await asyncio.sleep(0.05)


async def no_bytes(yard: Yard, sha256: str) -> None:
    async with asyncio.timeout(30):
        while await yard.desk.objects.exists(yard.workspace_id, sha256):
            await asyncio.sleep(0.05)


async def test_what_is_being_worked_on_cannot_be_deleted(yard: Yard) -> None:
    ids = await finished(yard, await yard.project())
    made = (await ask(yard.owner, ids)).json
    assert (await yard.owner.delete(f"/archives/{made['id']}")).problem == "illegal_move"
    assert (await shown(yard, made))["can"]["delete"] is not None


# --- who sees it


async def test_an_archived_task_says_where_it_is_to_those_who_can_bring_it_back(yard: Yard) -> None:
    (task,) = await finished(yard, await yard.project())
    reviewer = await yard.person("reviewer")
    done = await archived(yard, [task], name="May")
    for path in (f"/tasks/{task}", f"/tasks/{task}/timeline", f"/tasks/{task}/answers"):
        told = (await yard.owner.get(path)).refusal
        assert (told["status"], told["code"], told["archive_id"]) == (404, "task_archived", done["id"])
        assert "in the archive May" in told["detail"]
        assert (await reviewer.get(path)).problem == "no_such_task"
    await restored(yard, done)
    assert (await yard.owner.get(f"/tasks/{task}")).status == 200


async def test_an_empty_selection_is_refused(yard: Yard) -> None:
    assert (await ask(yard.owner, [])).problem == "selection_empty"
    assert (await ask(yard.owner, filter={"batch": "nobody"})).problem == "selection_empty"


async def test_tasks_of_another_workspace_are_not_archived(yard: Yard, other_yard: Yard) -> None:
    (ours,), (theirs,) = (
        await finished(yard, await yard.project()),
        await finished(other_yard, await other_yard.project()),
    )
    assert (await ask(yard.owner, [theirs])).problem == "selection_empty"
    done = await archived(yard, [ours, theirs])
    assert done["asked"] == 1
    assert await in_list(other_yard) == {theirs}
