"""Who has what in hand, and taking it back from them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from taskyard.domain.reservations import expire_due
from taskyard.kit.ids import new_id
from tests.builders import TWO_STEP_FLOW, Person, Yard

ANSWER = {"labels": ["question"]}


async def some_tasks(yard: Yard, number: int, project: str | None = None) -> list[str]:
    project = project or await yard.project()
    body = [{"project": project, "input": {"text": str(n)}} for n in range(number)]
    return [task["id"] for task in (await yard.owner.post("/tasks", {"tasks": body})).json["tasks"]]


async def take(who: Person, times: int = 1) -> list[dict[str, Any]]:
    return [(await who.post("/next", {})).json for _ in range(times)]


async def holders(yard: Yard) -> dict[str, dict[str, Any]]:
    rows = (await yard.owner.get("/reservations/holders")).json["items"]
    return {row["member"]["name"]: row for row in rows}


def moment(said: str) -> datetime:
    return datetime.fromisoformat(said)


async def test_one_row_a_member_says_how_much_since_when_and_until_when(yard: Yard) -> None:
    await some_tasks(yard, 3)
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    first, second = await take(ana, 2)
    await ana.put(f"/reservations/{first['reservation']['id']}/draft", {"answer": ANSWER, "revision": 0})
    await take(ben)
    found = await holders(yard)
    assert list(found) == ["Ana", "Ben"], "who has held something longest comes first"
    assert (found["Ana"]["held"], found["Ana"]["drafts"], found["Ana"]["kept"]) == (2, 1, 0)
    assert moment(found["Ana"]["oldest_since"]) == moment(first["reservation"]["held_at"])
    assert moment(found["Ana"]["next_expiry"]) == moment(first["reservation"]["lease_until"])
    assert [project["name"] for project in found["Ana"]["projects"]] == ["Messages"]
    its = (await yard.owner.get(f"/reservations?member={ana.member_id}")).json
    assert [row["id"] for row in its["items"]] == [first["reservation"]["id"], second["reservation"]["id"]]
    assert its["total"] == 2


async def test_people_who_are_no_leads_see_their_own_and_nobody_elses(yard: Yard) -> None:
    await some_tasks(yard, 2)
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    await take(ana)
    await take(ben)
    assert (await ben.get(f"/reservations?member={ana.member_id}")).json["items"] == []
    assert (await ben.get(f"/reservations?member={ben.member_id}")).json["total"] == 1
    assert (await ben.get("/reservations/holders")).problem == "not_allowed"
    assert (await ben.post("/reservations/release", {"all": True})).problem == "not_allowed"


async def test_several_are_released_and_each_is_told_of(yard: Yard) -> None:
    tasks = await some_tasks(yard, 3)
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    holds = [hold["reservation"]["id"] for hold in await take(ana, 3)]
    await ana.post(f"/reservations/{holds[1]}/submit", {"answer": ANSWER})
    unknown = str(new_id())
    asked = {"ids": [*holds[:2], unknown]}
    said = (await yard.owner.post("/reservations/release", asked)).json
    outcomes = {one["id"]: one["outcome"] for one in said["results"]}
    assert outcomes == {holds[0]: "released", holds[1]: "ended", unknown: "missing"}
    assert (said["released"], said["left"]) == (1, 0)
    assert {one["says"] for one in said["results"] if one["outcome"] == "ended"} == {"It is submitted already."}
    again = (await yard.owner.post("/reservations/release", asked)).json
    assert again["released"] == 0
    assert [(await yard.owner.get(f"/tasks/{task}")).json["status"] for task in tasks] == [
        "queued",
        "completed",
        "in_progress",
    ]
    told = (await yard.owner.get(f"/tasks/{tasks[0]}/timeline")).json["items"]
    assert [fact["says"] for fact in told if fact["name"] == "reservation.released"] == [
        "owner released label, which Ana had."
    ]
    assert (await ben.post("/next", {})).json["task"]["id"] == tasks[0]


async def test_all_of_a_member_are_released_and_nobody_elses(yard: Yard) -> None:
    await some_tasks(yard, 5)
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    await take(ana, 3)
    await take(ben, 1)
    said = (await yard.owner.post("/reservations/release", {"member": ana.member_id})).json
    assert (said["released"], said["left"]) == (3, 0)
    assert list(await holders(yard)) == ["Ben"]
    said = (await yard.owner.post("/reservations/release", {"all": True})).json
    assert said["released"] == 1
    assert await holders(yard) == {}
    assert (await yard.owner.get("/tasks?status=queued")).json["total"] == 5


@pytest.mark.parametrize("body", [{}, {"all": True, "ids": [str(new_id())]}, {"ids": []}, {"all": False}])
async def test_what_is_to_be_released_is_said_once(yard: Yard, body: dict[str, Any]) -> None:
    assert (await yard.owner.post("/reservations/release", body)).status == 422


async def test_somebody_who_is_not_here_is_refused(yard: Yard) -> None:
    assert (await yard.owner.post("/reservations/release", {"member": str(new_id())})).problem == "no_such_member"


async def test_a_begun_task_waits_again_and_says_for_what(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    task = await yard.task(project, {"text": "It broke."})
    ana = await yard.person(name="Ana")
    await yard.answer(ana, {"labels": ["problem"]})
    await take(ana)
    page = (await yard.owner.get(f"/tasks/{task['id']}")).json
    assert (page["run_state"], page["run_reason"]) == ("running", None)
    await yard.owner.post("/reservations/release", {"all": True})
    page = (await yard.owner.get(f"/tasks/{task['id']}")).json
    assert (page["status"], page["steps"]) == ("in_progress", ["details"])
    assert (page["run_state"], page["run_reason"]) == ("waiting", "In queue details.")


@pytest.mark.parametrize("begun", [False, True])
async def test_one_and_many_leave_a_task_in_the_same_state(yard: Yard, *, begun: bool) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    alone, among = await yard.task(project), await yard.task(project)
    ana = await yard.person(name="Ana")
    for hold in await take(ana, 2 if begun else 0):
        done = await ana.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": {"labels": ["problem"]}})
        assert done.status == 200
    first, second = await take(ana, 2)
    assert (first["task"]["id"], second["task"]["id"]) == (alone["id"], among["id"])
    await yard.owner.post(f"/reservations/{first['reservation']['id']}/release")
    await yard.owner.post("/reservations/release", {"ids": [second["reservation"]["id"]]})
    asked = """
        SELECT tasks.status, tasks.steps, runs.state, runs.reason, step_runs.step, step_runs.performer,
               step_runs.state AS turn, step_runs.token, step_runs.holder_id, step_runs.lease_until, reservations.state,
               reservations.reason, reservations.ended_at IS NULL AS is_open
        FROM tasks JOIN runs ON runs.task_id = tasks.id JOIN step_runs ON step_runs.task_id = tasks.id
        LEFT JOIN reservations ON reservations.step_run_id = step_runs.id
        WHERE tasks.id = CAST(:id AS uuid) ORDER BY step_runs.step, step_runs.performer
    """
    assert await yard.sql(asked, id=alone["id"]) == await yard.sql(asked, id=among["id"])


async def test_who_lost_it_reads_who_took_it_and_goes_on_with_the_draft_later(yard: Yard) -> None:
    await some_tasks(yard, 1)
    ana = await yard.person(name="Ana")
    path = f"/reservations/{(await take(ana))[0]['reservation']['id']}"
    await ana.put(f"{path}/draft", {"answer": ANSWER, "revision": 0})
    await yard.owner.post("/reservations/release", {"all": True})
    seen = (await ana.get(path)).json
    assert (seen["reservation"]["state"], seen["reservation"]["draft"]) == ("released", ANSWER)
    assert seen["reservation"]["reason"] == "owner released this: it went back to the queue."
    assert seen["step_run"]["state"] == "queued"
    refused = await ana.put(f"{path}/draft", {"answer": ANSWER, "revision": 1})
    assert refused.problem == "illegal_move"
    assert (await take(ana))[0]["reservation"]["draft"] == ANSWER


async def test_giving_back_oneself_needs_no_explanation(yard: Yard) -> None:
    await some_tasks(yard, 1)
    ana = await yard.person(name="Ana")
    path = f"/reservations/{(await take(ana))[0]['reservation']['id']}"
    await ana.post(f"{path}/release")
    assert (await ana.get(path)).json["reservation"]["reason"] is None


async def test_a_hold_that_ended_by_itself_says_so(yard: Yard) -> None:
    await some_tasks(yard, 1)
    ana = await yard.person(name="Ana")
    hold = (await take(ana))[0]
    for table, column in (("step_runs", "step_run"), ("reservations", "reservation")):
        late = f"UPDATE {table} SET lease_until = now() - interval '1 second' WHERE id = CAST(:id AS uuid)"
        await yard.sql(late, id=hold[column]["id"])
    async with yard.desk.database.transaction(yard.workspace_id) as session:
        assert await expire_due(session, yard.workspace_id) == 1
    seen = (await ana.get(f"/reservations/{hold['reservation']['id']}")).json["reservation"]
    assert (seen["state"], seen["reason"]) == ("expired", "The time for this ran out: it went back to the queue.")


async def test_what_is_kept_goes_to_anybody_once_it_was_given_back(yard: Yard) -> None:
    await some_tasks(yard, 3)
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    keep = "UPDATE step_runs SET reserved_for = CAST(:ana AS uuid)"
    await yard.sql(keep, ana=ana.member_id)
    assert (await holders(yard))["Ana"]["kept"] == 3
    assert (await ben.post("/next", {})).status == 204
    released, skipped, taken_back = await take(ana, 3)
    await ana.post(f"/reservations/{released['reservation']['id']}/release")
    await ana.post(f"/reservations/{skipped['reservation']['id']}/skip", {"reason": "Not mine."})
    await yard.owner.post("/reservations/release", {"member": ana.member_id})
    got = {hold["task"]["id"] for hold in await take(ben, 3)}
    assert got == {released["task"]["id"], skipped["task"]["id"], taken_back["task"]["id"]}


async def test_two_leads_who_release_the_same_tell_it_once(yard: Yard) -> None:
    tasks = await some_tasks(yard, 40)
    ana = await yard.person(name="Ana")
    holds = [hold["reservation"]["id"] for hold in await take(ana, 40)]
    one, other = await yard.person("manager", name="One"), await yard.person("manager", name="Other")
    said = await asyncio.gather(
        one.post("/reservations/release", {"ids": holds}),
        other.post("/reservations/release", {"ids": holds[::-1]}),
        one.post("/reservations/release", {"all": True}),
    )
    assert sum(each.json["released"] for each in said) == 40
    told = await yard.sql("SELECT task_id FROM facts WHERE name = 'reservation.released'")
    assert sorted(str(row.task_id) for row in told) == sorted(tasks)
