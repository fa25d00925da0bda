"""Many tasks changed at once: what becomes of each, what is refused, undone, repeated, and who may."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from taskyard.kit.db.base import Base
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings
from tests.builders import BOTH_FLOW, TWO_STEP_FLOW, Yard
from tests.builders.bulk import ask, codes, counts, did, enter, shown, told
from tests.builders.tasks import many

# --- what becomes of tasks


async def test_a_priority_reaches_the_line_and_the_timeline(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    ids = await many(yard, project, 4)
    said = await ask(yard.owner, "set_priority", ids[2:], priority=-3)
    assert (said.status, said.json["state"], said.json["total"]) == (202, "queued", 2)
    assert said.headers["location"] == f"/api/v1/bulk/{said.json['id']}"
    done = await enter(yard, settings, said.json)
    assert (done["state"], counts(done), done["progress"]) == ("completed", (2, 0, 0, 0), 1.0)
    ana = await yard.person()
    assert [(await ana.post("/next", {})).json["task"]["id"] for _ in range(3)] == [ids[2], ids[3], ids[0]]
    assert (await told(yard, ids[2]))[1] == "The task changed: priority 0 became -3."
    assert len(await told(yard, ids[0])) == 3


async def test_what_is_so_already_is_unchanged_and_tells_nothing(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    ids = await many(yard, project, 3, batch="may")
    before = await told(yard, ids[0])
    done = await did(yard, settings, "set_batch", {"project": [project]}, batch="may")
    assert (done["state"], counts(done)) == ("completed", (0, 3, 0, 0))
    assert await told(yard, ids[0]) == before
    assert counts(await did(yard, settings, "set_batch", ids, batch=None)) == (3, 0, 0, 0)
    assert (await shown(yard, ids[0]))["batch"] is None


async def test_a_priority_from_a_step_on_holds_there_and_not_before(yard: Yard, settings: Settings) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    ids = await many(yard, project, 2)
    assert counts(await did(yard, settings, "set_priority", ids[1:], priority=-5, from_step="details")) == (1, 0, 0, 0)
    ana = await yard.person()
    for task in ids:
        hold = (await ana.post("/next", {"step": "label"})).json
        assert hold["task"]["id"] == task
        await ana.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": {"labels": ["problem"]}})
    turns = await yard.sql("SELECT task_id, priority FROM step_runs WHERE step = 'details' ORDER BY task_id")
    assert [(str(row[0]), row[1]) for row in turns] == [(ids[0], 0), (ids[1], -5)]
    # Already at the step: what stands in line moves at once, and a priority of the whole task does not reach it.
    await did(yard, settings, "set_priority", ids[:1], priority=-9, from_step="details")
    await did(yard, settings, "set_priority", ids, priority=4)
    turns = await yard.sql("SELECT priority FROM step_runs WHERE step = 'details' ORDER BY task_id")
    assert [row[0] for row in turns] == [-9, -5]
    assert [row[0] for row in await yard.sql("SELECT DISTINCT priority FROM tasks")] == [4]


async def test_only_queued_work_is_cancelled_for_certain(yard: Yard, settings: Settings) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    ids = await many(yard, project, 4)
    ana = await yard.person()
    await yard.answer(ana, {"labels": ["praise"]})
    await yard.answer(ana, {"labels": ["problem"]})
    await ana.post("/next", {"step": "label"})
    dry = (await ask(yard.owner, "cancel", ids, dry_run=True)).json
    done = await did(yard, settings, "cancel", ids)
    for of in (dry, done):
        assert (of["done"], of["unchanged"], of["refused"]) == (1, 0, 3)
        assert codes(of) == {"begun_by_people": 1, "illegal_move": 1, "held_by_person": 1}
    assert done["state"] == "completed_with_refusals"
    assert done["reason"] == "3 tasks refused, of 4."
    assert [(await shown(yard, task))["status"] for task in ids] == [
        "completed", "in_progress", "in_progress", "cancelled",
    ]  # fmt: skip
    page = (await yard.owner.get(f"/tasks/{ids[3]}")).json
    assert (page["runs"][0]["state"], page["steps"]) == ("cancelled", [])
    assert counts(await did(yard, settings, "cancel", ids[3:])) == (0, 1, 0, 0)


async def test_deleted_tasks_leave_a_line_and_nothing_else(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    ids = await many(yard, project, 3)
    ana = await yard.person()
    await yard.answer(ana, {"labels": ["praise"]})
    assert (await yard.owner.post(f"/tasks/{ids[0]}/audits", {"verdict": "accept"})).status == 201
    await ana.post("/next", {})
    done = await did(yard, settings, "delete", {"project": [project]})
    assert (counts(done), codes(done)) == ((2, 0, 1, 0), {"task_in_flight": 1})
    of_tasks = [name for name, table in Base.metadata.tables.items() if "task_id" in table.columns]
    for table in set(of_tasks) - {"facts", "bulk_items"}:
        left = await yard.sql(f"SELECT 1 FROM {table} WHERE task_id = ANY(:gone)", gone=[UUID(ids[0]), UUID(ids[2])])
        assert left == [], table
    assert [str(row.id) for row in await yard.sql("SELECT id FROM tasks")] == [ids[1]]
    names = await yard.sql("SELECT says FROM facts WHERE name = 'task.deleted' ORDER BY number")
    assert [row[0] for row in names] == ["The task was deleted."] * 2


async def test_work_is_kept_for_a_member_and_for_nobody_again(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    ids = await many(yard, project, 3)
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    held = (await ben.post("/next", {})).json["task"]["id"]
    assert held == ids[0]
    done = await did(yard, settings, "reserve", ids, member=ana.member_id)
    assert (counts(done), codes(done)) == ((2, 0, 1, 0), {"held_by_other": 1})
    assert (await ben.post("/next", {})).status == 204
    assert (await ana.post("/next", {})).json["task"]["id"] == ids[1]
    assert counts(await did(yard, settings, "reserve", ids[2:], member=ana.member_id)) == (0, 1, 0, 0)
    assert counts(await did(yard, settings, "reserve", ids[2:], member=None)) == (1, 0, 0, 0)
    assert (await ben.post("/next", {})).json["task"]["id"] == ids[2]


async def test_work_is_not_kept_for_somebody_whose_role_may_not_take_it(yard: Yard, settings: Settings) -> None:
    flow = TWO_STEP_FLOW.replace("    by: people\n", "    by: people\n    people: {roles: [reviewer]}\n", 1)
    ids = await many(yard, await yard.project(flow), 1)
    ana, rex = await yard.person("annotator"), await yard.person("reviewer")
    assert codes(await did(yard, settings, "reserve", ids, member=ana.member_id)) == {"may_not_take": 1}
    assert counts(await did(yard, settings, "reserve", ids, member=rex.member_id)) == (1, 0, 0, 0)


async def test_the_next_step_is_kept_for_a_member_while_none_is_open(yard: Yard, settings: Settings) -> None:
    flow = TWO_STEP_FLOW.replace("by: people", "by: local/labels", 1)
    flow = flow.replace(
        '    when: {"label.labels[0]": {eq: problem}}\n', "    people: {roles: [reviewer]}\n    after: label\n"
    )
    ids = await many(yard, await yard.project(flow), 1)
    ana, rex, ren = await yard.person("annotator"), await yard.person("reviewer"), await yard.person("reviewer")
    assert codes(await did(yard, settings, "reserve", ids, member=ana.member_id)) == {"may_not_take": 1}
    assert counts(await did(yard, settings, "reserve", ids, member=rex.member_id)) == (1, 0, 0, 0)
    assert counts(await did(yard, settings, "move_to_step", ids, step="details")) == (1, 0, 0, 0)
    assert (await ren.post("/next", {})).status == 204
    assert (await rex.post("/next", {})).json["task"]["id"] == ids[0]
    assert [row[0] for row in await yard.sql("SELECT reserved_for FROM tasks")] == [None]


async def test_a_model_at_work_gets_a_deadline(yard: Yard, settings: Settings) -> None:
    ids = await many(yard, await yard.project(BOTH_FLOW.replace("PERFORMER", "local/labels")), 2)
    # As a worker leaves it that has just begun.
    await yard.sql("UPDATE step_runs SET state = 'running', worker = 'w', lease_until = now() + interval '1 hour' "
                   "WHERE task_id = :id", id=UUID(ids[0]))  # fmt: skip
    await yard.sql("UPDATE runs SET state = 'running' WHERE task_id = :id", id=UUID(ids[0]))
    await yard.sql("UPDATE tasks SET status = 'in_progress' WHERE id = :id", id=UUID(ids[0]))
    assert counts(await did(yard, settings, "cancel", ids)) == (2, 0, 0, 0)
    assert [(await shown(yard, task))["runs"][0]["state"] for task in ids] == ["cancelling", "cancelled"]
    assert (await shown(yard, ids[0]))["runs"][0]["cancel_by"] is not None
    assert codes(await did(yard, settings, "complete", ids[:1])) == {"being_cancelled": 1}
    assert codes(await did(yard, settings, "move_to_step", ids[:1], step="label")) == {"being_cancelled": 1}
    assert codes(await did(yard, settings, "delete", ids[:1])) == {"task_in_flight": 1}


async def test_released_work_goes_back_with_its_draft(yard: Yard, settings: Settings) -> None:
    ids = await many(yard, await yard.project(), 3)
    ana = await yard.person(name="Ana")
    hold = (await ana.post("/next", {})).json["reservation"]
    await ana.put(f"/reservations/{hold['id']}/draft", {"answer": {"labels": ["praise"]}})
    assert counts(await did(yard, settings, "release", ids)) == (1, 2, 0, 0)
    assert (await ana.get(f"/reservations/{hold['id']}")).json["reservation"]["state"] == "released"
    again = (await ana.post("/next", {})).json
    assert (again["task"]["id"], again["reservation"]["draft"]) == (ids[0], {"labels": ["praise"]})


async def test_finished_tasks_run_again(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    ids = await many(yard, project, 2)
    await yard.answer(await yard.person(), {"labels": ["praise"]})
    done = await did(yard, settings, "rerun", ids)
    assert (counts(done), codes(done)) == ((1, 0, 1, 0), {"task_in_flight": 1})
    page = await shown(yard, ids[0])
    assert (page["status"], [run["state"] for run in page["runs"]]) == ("queued", ["queued", "completed"])


# --- new runs that begin at a step


async def test_a_task_sent_back_goes_to_its_author_first_and_keeps_what_came_before(
    yard: Yard, settings: Settings
) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    (task,) = await many(yard, project, 1)
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    await yard.answer(ana, {"labels": ["problem"]})
    await yard.answer(ben, {"part": "lid"})
    done = await did(yard, settings, "send_back", [task], reason="Look again.")
    assert counts(done) == (1, 0, 0, 0)
    page = await shown(yard, task)
    assert (page["status"], page["steps"], page["redo_count"]) == ("in_progress", ["details"], 0)
    assert [run["state"] for run in page["runs"]] == ["waiting", "completed"]
    assert (await told(yard, task))[0] == "The task was sent back to details: Look again."
    assert (await ana.post("/next", {})).status == 204
    hold = (await ben.post("/next", {})).json
    assert (hold["task"]["id"], hold["step_run"]["step"]) == (task, "details")
    await ben.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": {"part": "hinge"}})
    page = await shown(yard, task)
    assert (page["status"], page["runs"][0]["output"]) == ("completed", {"label": "problem", "part": "hinge"})
    # The label is one piece of work, though it counts in both runs.
    assert (await ana.get("/work")).json["today"]["submitted"] == 1
    kept = await yard.sql("SELECT count(*), count(kept_from) FROM answers WHERE step = 'label'")
    assert tuple(kept[0]) == (2, 1)
    both = await yard.sql("SELECT DISTINCT member_id, by_name, created_at, seconds FROM answers WHERE step = 'label'")
    assert len(both) == 1


async def test_a_task_moved_on_passes_over_what_nobody_did_and_ends_the_hold(yard: Yard, settings: Settings) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    (task,) = await many(yard, project, 1)
    ana = await yard.person(name="Ana")
    hold = (await ana.post("/next", {})).json["reservation"]
    assert counts(await did(yard, settings, "move_to_step", [task], step="details")) == (1, 0, 0, 0)
    assert (await ana.get(f"/reservations/{hold['id']}")).json["reservation"]["state"] == "expired"
    late = await ana.post(f"/reservations/{hold['id']}/submit", {"answer": {"labels": ["praise"]}})
    assert late.problem == "late_submit"
    page = await shown(yard, task)
    assert (page["steps"], [run["state"] for run in page["runs"]]) == (["details"], ["queued", "cancelled"])
    await yard.answer(await yard.person(), {"part": "lid"})
    assert (await shown(yard, task))["runs"][0]["output"] == {"label": None, "part": "lid"}
    assert counts(await did(yard, settings, "move_to_step", [task], step="label")) == (1, 0, 0, 0)
    assert (await shown(yard, task))["steps"] == ["label"]
    assert counts(await did(yard, settings, "move_to_step", [task], step="label")) == (0, 1, 0, 0)


async def test_a_task_is_completed_with_what_is_there(yard: Yard, settings: Settings) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    ids = await many(yard, project, 2)
    ana = await yard.person(name="Ana")
    await yard.answer(ana, {"labels": ["problem"]})
    hold = (await ana.post("/next", {"step": "details"})).json["reservation"]
    assert counts(await did(yard, settings, "complete", ids)) == (2, 0, 0, 0)
    found = [(await shown(yard, task)) for task in ids]
    assert [page["runs"][0]["output"] for page in found] == [
        {"label": "problem", "part": None},
        {"label": None, "part": None},
    ]
    assert {page["status"] for page in found} == {"completed"}
    assert (await ana.get(f"/reservations/{hold['id']}")).json["reservation"]["state"] == "expired"
    assert counts(await did(yard, settings, "complete", ids)) == (0, 2, 0, 0)


async def test_one_task_is_moved_sent_back_and_completed_by_its_own_address(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    (task,) = await many(yard, project, 1)
    assert (await yard.owner.post(f"/tasks/{task}/send-back", {})).problem == "nothing_before"
    assert (await yard.owner.post(f"/tasks/{task}/move", {"step": "nowhere"})).problem == "no_such_step"
    assert (await yard.owner.post(f"/tasks/{task}/move", {"step": "details"})).json["steps"] == ["details"]
    said = await yard.owner.post(f"/tasks/{task}/send-back", {"step": "label"})
    assert said.problem == "not_answered_before"
    assert (await yard.owner.post(f"/tasks/{task}/complete")).json["status"] == "completed"
    assert (await yard.owner.post(f"/tasks/{new_id()}/move", {"step": "label"})).problem == "no_such_task"


# --- what is asked for


async def test_a_dry_run_changes_nothing(yard: Yard) -> None:
    project = await yard.project()
    ids = await many(yard, project, 3)
    said = await ask(yard.owner, "delete", [*ids, str(new_id())], dry_run=True)
    assert said.status == 200
    assert (said.json["total"], said.json["done"], codes(said.json)) == (4, 3, {"task_gone": 1})
    assert (await yard.owner.get("/tasks")).json["total"] == 3
    assert (await yard.owner.get("/bulk")).json["total"] == 0


@pytest.mark.parametrize(("action", "arguments", "code"), [
    ("set_priority", {}, "body_invalid"),
    ("set_priority", {"priority": None}, "body_invalid"),
    ("set_priority", {"priority": 1, "batch": "x"}, "body_invalid"),
    ("set_priority", {"priority": 1, "from_step": "nowhere"}, "step_unknown"),
    ("set_batch", {}, "body_invalid"),
    ("move_to_step", {"step": "nowhere"}, "step_unknown"),
    ("move_to_step", {"step": None}, "body_invalid"),
    ("reserve", {"member": "0190aaaa-0000-7000-8000-000000000000"}, "member_unknown"),
    ("cancel", {"step": "label"}, "body_invalid"),
    ("explode", {}, "body_invalid"),
])  # fmt: skip
async def test_what_cannot_be_meant_is_refused_with_what_is_wrong(
    yard: Yard, action: str, arguments: dict[str, Any], code: str
) -> None:
    ids = await many(yard, await yard.project(), 1)
    for dry in (True, False):
        said = await ask(yard.owner, action, ids, **arguments, dry_run=dry)
        assert (said.status, said.problem) == (422, code)
    assert (await yard.owner.get("/bulk")).json["items"] == []


async def test_an_empty_selection_is_an_error(yard: Yard) -> None:
    await many(yard, await yard.project(), 1)
    for selection in ([], [str(new_id())], {"batch": "none has this"}):
        for dry in (True, False):
            said = await ask(yard.owner, "delete", selection, dry_run=dry)
            assert (said.status, said.problem) == (422, "selection_empty")


async def test_the_selection_is_frozen_when_it_is_asked_for(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    first = await many(yard, project, 2)
    asked = (await ask(yard.owner, "set_priority", {"project": [project]}, priority=1)).json
    later = await yard.task(project)
    done = await enter(yard, settings, asked)
    assert (done["total"], counts(done)) == (2, (2, 0, 0, 0))
    assert (await shown(yard, later["id"]))["priority"] == 0
    assert (await shown(yard, first[0]))["priority"] == 1


async def test_exceptions_of_a_filter_stay_as_they_are(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    ids = await many(yard, project, 3)
    body = {"action": "set_batch", "arguments": {"batch": "x"},
            "selection": {"filter": {"project": [project]}, "except": ids[:1]}}  # fmt: skip
    done = await enter(yard, settings, (await yard.owner.post("/bulk", body)).json)
    assert counts(done) == (2, 0, 0, 0)
    assert (await shown(yard, ids[0]))["batch"] is None


# --- who may


async def test_clients_cancel_queued_tasks_of_shared_projects_and_nothing_else(yard: Yard, settings: Settings) -> None:
    shared, hidden = await yard.project(shared_with_clients=True), await yard.project()
    ours, theirs = await many(yard, shared, 2), await many(yard, hidden, 1)
    client = await yard.person("client")
    for action, arguments in (("delete", {}), ("set_priority", {"priority": 1}), ("complete", {})):
        assert (await ask(client, action, ours, **arguments)).problem == "not_allowed"
    assert (await ask(client, "cancel", theirs)).problem == "selection_empty"
    asked = (await ask(client, "cancel", [*ours[:1], *theirs])).json
    done = await enter(yard, settings, asked)
    assert (counts(done), codes(done)) == ((1, 0, 1, 0), {"task_gone": 1})
    await enter(yard, settings, (await client.post(f"/bulk/{asked['id']}/retry")).json)
    assert [(await shown(yard, task))["status"] for task in (*ours, *theirs)] == ["cancelled", "queued", "queued"]
    other = await did(yard, settings, "set_priority", ours, priority=3)
    assert (await client.get(f"/bulk/{other['id']}")).problem == "no_such_bulk"
    assert [each["id"] for each in (await client.get("/bulk")).json["items"]] == [asked["id"]]
    for role in ("reviewer", "annotator"):
        assert (await ask(await yard.person(role), "cancel", ours)).problem == "not_allowed"
