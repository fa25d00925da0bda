"""What becomes of a task: it is changed, cancelled, run again or deleted, by those who may."""

from __future__ import annotations

import asyncio

import pytest

from taskyard.kit.db.base import Base
from tests.builders import CLASSIFY_FLOW, PICTURE_FLOW, TWO_STEP_FLOW, Yard
from tests.builders.tasks import many

ANSWER = {"labels": ["question"]}
RACES = 20


async def _run_of(yard: Yard, task: str) -> str:
    return str((await yard.owner.get(f"/tasks/{task}")).json["run_id"])


# --- changing


async def test_a_change_says_what_changed(yard: Yard) -> None:
    task = await yard.task(await yard.project(), batch="May")
    path = f"/tasks/{task['id']}"
    assert (await yard.owner.patch(path, {"priority": -5, "batch": "June", "metadata": {"a": 1}})).status == 200
    shown = (await yard.owner.get(path)).json
    assert (shown["priority"], shown["batch"], shown["metadata"]) == (-5, "June", {"a": 1})
    assert (await yard.owner.patch(path, {"batch": None})).json["batch"] is None
    assert (await yard.owner.patch(path, {})).status == 200
    told = [fact["says"] for fact in (await yard.owner.get(f"{path}/timeline")).json["items"]]
    assert told[:2] == [
        "The task changed: the batch was cleared.",
        "The task changed: priority 0 became -5, batch became June, the metadata changed.",
    ]


@pytest.mark.parametrize(
    "field",
    ["id", "status", "steps", "external_id", "input", "project", "run_id", "redo_count", "created_by", "workspace_id"],
)
async def test_what_the_server_decides_cannot_be_changed(yard: Yard, field: str) -> None:
    task = await yard.task(await yard.project())
    said = await yard.owner.patch(f"/tasks/{task['id']}", {field: "x"})
    assert (said.problem, said.refusal["errors"][0]["place"]) == ("body_invalid", field)


async def test_a_new_priority_changes_the_place_in_line(yard: Yard) -> None:
    first, second = await many(yard, await yard.project(), 2)
    await yard.owner.patch(f"/tasks/{second}", {"priority": -1})
    ana = await yard.person()
    assert [(await ana.post("/next", {})).json["task"]["id"] for _ in range(2)] == [second, first]


async def test_a_change_with_the_tag_of_what_was_read_is_not_made_over_somebody_elses(yard: Yard) -> None:
    task = await yard.task(await yard.project(), metadata={"n": 2**70})
    path = f"/tasks/{task['id']}"
    tag = (await yard.owner.get(path)).headers["etag"]
    first = await yard.owner.patch(path, {"priority": 4}, headers={"If-Match": tag})
    assert (first.status, first.headers["etag"] != tag) == (200, True)
    stale = await yard.owner.patch(path, {"batch": "may"}, headers={"If-Match": tag})
    assert (stale.status, stale.problem) == (412, "task_stale")
    page = (await yard.owner.get(path)).json
    assert (page["priority"], page["batch"]) == (4, None)
    again = await yard.owner.patch(path, {"batch": "may"}, headers={"If-Match": first.headers["etag"]})
    assert (again.status, again.headers["etag"]) == (200, (await yard.owner.get(path)).headers["etag"])


async def test_a_new_priority_holds_for_the_turn_that_an_answer_opens_at_the_same_time(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    ana = await yard.person()
    for _ in range(RACES):
        task = await yard.task(project)
        hold = (await ana.post("/next", {"project": project, "step": "label"})).json["reservation"]
        await asyncio.gather(
            ana.post(f"/reservations/{hold['id']}/submit", {"answer": {"labels": ["problem"]}}),
            yard.owner.patch(f"/tasks/{task['id']}", {"priority": 7}),
        )
        rows = await yard.sql("SELECT priority FROM step_runs WHERE task_id = :id AND state = 'queued'", id=task["id"])
        assert [row.priority for row in rows] == [7]


# --- cancelling


async def test_a_queued_task_is_cancelled_for_certain(yard: Yard) -> None:
    task = await yard.task(await yard.project())
    path = f"/tasks/{task['id']}"
    assert (await yard.owner.get(path)).json["can"]["cancel"] is None
    assert (await yard.owner.post(f"{path}/cancel")).json["status"] == "cancelled"
    shown = (await yard.owner.get(path)).json
    assert (shown["runs"][0]["state"], shown["steps"], shown["completed_at"] is not None) == ("cancelled", [], True)
    assert (await (await yard.person()).post("/next", {})).status == 204
    again = (await yard.owner.post(f"{path}/cancel")).refusal
    assert (again["status"], again["code"], again["state"], again["allowed"]) == (
        409,
        "illegal_move",
        "cancelled",
        ["rerun"],
    )
    told = [fact["name"] for fact in (await yard.owner.get(f"{path}/timeline")).json["items"]]
    assert told.count("task.cancelled") == told.count("run.cancelled") == 1
    assert shown["can"]["cancel"]


async def test_a_task_in_a_persons_hand_is_not_cancelled(yard: Yard) -> None:
    task = await yard.task(await yard.project())
    await (await yard.person()).post("/next", {})
    for path in (f"/tasks/{task['id']}/cancel", f"/runs/{await _run_of(yard, task['id'])}/cancel"):
        said = await yard.owner.post(path)
        assert (said.status, said.problem) == (409, "held_by_person")
    shown = (await yard.owner.get(f"/tasks/{task['id']}")).json
    assert shown["can"]["cancel"] == "A person has this task in hand."


async def test_a_task_between_two_steps_is_not_cancelled_and_a_completed_one_neither(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    task = await yard.task(project)
    ana = await yard.person()
    await yard.answer(ana, {"labels": ["problem"]})
    said = (await yard.owner.post(f"/tasks/{task['id']}/cancel")).refusal
    assert (said["code"], said["state"]) == ("illegal_move", "in progress")
    await yard.answer(ana, {"part": "lid"})
    said = (await yard.owner.post(f"/tasks/{task['id']}/cancel")).refusal
    assert (said["code"], said["state"]) == ("illegal_move", "completed")


async def test_who_may_cancel(yard: Yard) -> None:
    shared, hidden = await yard.project(shared_with_clients=True), await yard.project()
    client = await yard.person("client")
    own, theirs = await yard.task(shared), await yard.task(hidden)
    assert (await client.post(f"/tasks/{theirs['id']}/cancel")).status == 404
    assert (await client.post(f"/tasks/{own['id']}/cancel")).json["status"] == "cancelled"
    for role in ("annotator", "reviewer"):
        assert (await (await yard.person(role)).post(f"/tasks/{theirs['id']}/cancel")).problem == "not_allowed"


async def test_a_task_is_either_taken_or_cancelled(yard: Yard) -> None:
    project = await yard.project()
    ana = await yard.person()
    for _ in range(15):
        task = (await yard.task(project))["id"]
        cancelled, taken = await asyncio.gather(
            yard.owner.post(f"/tasks/{task}/cancel"), ana.post("/next", {"project": project})
        )
        told = [fact["name"] for fact in (await yard.owner.get(f"/tasks/{task}/timeline")).json["items"]]
        if cancelled.status == 200:
            assert taken.status == 204
            assert told.count("task.cancelled") == 1
        else:
            assert (cancelled.problem, taken.status) == ("held_by_person", 200)
            assert "task.cancelled" not in told
            done = await ana.post(f"/reservations/{taken.json['reservation']['id']}/submit", {"answer": ANSWER})
            assert done.status == 200


async def test_a_run_at_the_line_of_a_model_is_cancelled_at_once(yard: Yard) -> None:
    playground = next(app for app in (await yard.owner.get("/apps")).json["items"] if app["is_playground"])
    made = (await yard.owner.post(
        f"/apps/{playground['id']}/runs", {"input": {"photo": await yard.file(), "prompt": "all"}}
    )).json  # fmt: skip
    said = await yard.owner.post(f"/runs/{made['run']['id']}/cancel")
    assert said.json["state"] == "cancelled"
    assert (await yard.owner.get(f"/tasks/{made['task']['id']}")).json["status"] == "cancelled"
    again = (await yard.owner.post(f"/runs/{made['run']['id']}/cancel")).refusal
    assert (again["code"], again["thing"], again["state"]) == ("illegal_move", "run", "cancelled")


# --- running again


async def test_a_finished_task_passes_again_by_the_newest_flow(yard: Yard) -> None:
    project = await yard.project()
    task = (await yard.task(project))["id"]
    ana = await yard.person()
    await yard.answer(ana, ANSWER)
    changed = CLASSIFY_FLOW.replace("praise", "thanks")
    await yard.owner.put(f"/projects/{project}/draft", {"source": changed})
    await yard.owner.post(f"/projects/{project}/publish")
    run = (await yard.owner.post(f"/tasks/{task}/runs", {})).json
    assert (run["number"], run["flow_version"], run["state"]) == (2, 2, "queued")
    shown = (await yard.owner.get(f"/tasks/{task}")).json
    assert (shown["status"], shown["completed_at"], [one["number"] for one in shown["runs"]]) == (
        "queued",
        None,
        [2, 1],
    )
    await yard.answer(ana, {"labels": ["thanks"]})
    shown = (await yard.owner.get(f"/tasks/{task}")).json
    assert [one["output"] for one in shown["runs"]] == [{"label": "thanks"}, {"label": "question"}]
    answers = (await yard.owner.get(f"/tasks/{task}/answers")).json["items"]
    assert [answer["is_final"] for answer in answers] == [True, False]


async def test_an_open_task_does_not_pass_again(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    said = await yard.owner.post(f"/tasks/{task}/runs", {})
    assert (said.status, said.problem) == (409, "task_in_flight")
    assert (await yard.owner.get(f"/tasks/{task}")).json["can"]["rerun"]
    await (await yard.person()).post("/next", {})
    assert (await yard.owner.post(f"/tasks/{task}/runs", {})).problem == "task_in_flight"


async def test_twenty_reruns_at_once_make_one_run(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    await yard.owner.post(f"/tasks/{task}/cancel")
    said = await asyncio.gather(*(yard.owner.post(f"/tasks/{task}/runs", {}) for _ in range(20)))
    assert sorted(one.status for one in said) == [201] + [409] * 19
    assert len((await yard.owner.get(f"/tasks/{task}")).json["runs"]) == 2


async def test_a_rerun_of_an_archived_project_is_refused(yard: Yard) -> None:
    project = await yard.project()
    task = (await yard.task(project))["id"]
    await yard.owner.post(f"/tasks/{task}/cancel")
    await yard.owner.patch(f"/projects/{project}", {"state": "archived"})
    assert (await yard.owner.post(f"/tasks/{task}/runs", {})).problem == "project_archived"


async def test_a_changed_input_is_checked_and_is_the_runs_own(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    await yard.owner.post(f"/tasks/{task}/cancel")
    bad = (await yard.owner.post(f"/tasks/{task}/runs", {"input": {"text": 7}})).refusal
    assert (bad["code"], bad["errors"][0]["place"]) == ("input_invalid", "input.text")
    assert (await yard.owner.post(f"/tasks/{task}/runs", {"input": {"text": "Anew"}})).status == 201
    hold = (await (await yard.person()).post("/next", {})).json
    assert hold["step_run"]["with"]["text"] == "Anew"
    assert (await yard.owner.get(f"/tasks/{task}")).json["input"] == {"text": "Where is my order?"}


@pytest.mark.parametrize(
    ("chosen", "code"),
    [({"model": "nobody/nothing"}, "no_such_model"), ({"model": "local/labels"}, "model_unknown"), ({"colour": "red"}, "body_invalid"),
     ({"prompt": "x" * 10_001}, "body_invalid")],
)  # fmt: skip
async def test_settings_that_cannot_be_are_refused(yard: Yard, chosen: dict[str, str], code: str) -> None:
    task = (await yard.task(await yard.project(PICTURE_FLOW), {"photo": await yard.file()}))["id"]
    await yard.owner.post(f"/tasks/{task}/cancel")
    said = await yard.owner.post(f"/tasks/{task}/runs", {"settings": chosen})
    assert said.problem == code
    assert said.status in {404, 422}
    assert len((await yard.owner.get(f"/tasks/{task}")).json["runs"]) == 1


async def test_only_leads_and_whoever_made_it_run_it_again_or_delete_it(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    run = await _run_of(yard, task)
    for role in ("reviewer", "annotator"):
        who = await yard.person(role)
        assert (await who.post(f"/tasks/{task}/runs", {})).problem == "no_such_task"
        assert (await who.delete(f"/tasks/{task}")).problem == "no_such_task"
        assert (await who.post(f"/runs/{run}/cancel")).problem == "no_such_run"
    assert (await (await yard.person("client")).delete(f"/tasks/{task}")).problem == "not_allowed"
    assert (await (await yard.person("manager")).delete(f"/tasks/{task}")).status == 204


# --- deleting


async def test_a_deleted_task_leaves_nothing_but_a_line_that_it_was_there(yard: Yard) -> None:
    marker = "Kx7Qmarker"
    project = await yard.project(TWO_STEP_FLOW)
    task = (await yard.task(project, {"text": marker}, external_id=marker, metadata={"note": marker}))["id"]
    ana, ben = await yard.person(), await yard.person()
    hold = (await ana.post("/next", {})).json["reservation"]
    await ana.post(f"/reservations/{hold['id']}/skip", {"reason": f"Too {marker}"})
    await yard.answer(ben, {"labels": ["problem"]})
    hold = (await ben.post("/next", {})).json["reservation"]
    await ben.put(f"/reservations/{hold['id']}/draft", {"answer": {"part": marker}})
    await ben.post(f"/reservations/{hold['id']}/submit", {"answer": {"part": marker}})
    assert (await yard.owner.post(f"/tasks/{task}/audits", {"verdict": "accept"})).status == 201
    run = await _run_of(yard, task)
    assert (await yard.owner.delete(f"/tasks/{task}")).status == 204
    for path in (f"/tasks/{task}", f"/tasks/{task}/timeline", f"/tasks/{task}/answers", f"/runs/{run}"):
        assert (await yard.owner.get(path)).status == 404
    left = {}
    for table in Base.metadata.tables:
        rows = await yard.sql(f"SELECT count(*) AS n FROM {table} AS kept WHERE kept::text LIKE :m", m=f"%{marker}%")
        left[table] = rows[0].n
        if table != "facts" and "task_id" in Base.metadata.tables[table].columns:
            (found,) = await yard.sql(f"SELECT count(*) AS n FROM {table} WHERE task_id = :id", id=task)
            assert found.n == 0, table
    assert {table for table, rows in left.items() if rows} <= {"facts"}
    told = await yard.sql("SELECT name, says, data::text AS data FROM facts WHERE task_id = :id", id=task)
    assert "task.deleted" in {fact.name for fact in told}


async def test_a_task_that_is_being_worked_on_is_not_deleted(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json["reservation"]
    said = await yard.owner.delete(f"/tasks/{task}")
    assert (said.status, said.problem) == (409, "task_in_flight")
    assert (await yard.owner.get(f"/tasks/{task}")).json["can"]["delete"]
    await ana.post(f"/reservations/{hold['id']}/release")
    assert (await yard.owner.delete(f"/tasks/{task}")).status == 204
    assert (await yard.owner.delete(f"/tasks/{task}")).problem == "no_such_task"
    assert (await ana.post("/next", {})).status == 204


async def test_an_external_id_is_free_again_after_its_task_is_gone(yard: Yard) -> None:
    project = await yard.project()
    task = await yard.task(project, external_id="m-1")
    await yard.owner.delete(f"/tasks/{task['id']}")
    assert (await yard.task(project, external_id="m-1"))["id"] != task["id"]
