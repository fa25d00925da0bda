"""The order of the line: priorities from a step on, what is kept for whom, what comes next and why, and ageing."""

from __future__ import annotations

from typing import Any

import pytest

from taskyard.kit.ids import new_id
from taskyard.worker import Worker
from tests.builders import CLASSIFY_FLOW, TWO_STEP_FLOW, Person, Yard

PROBLEM = {"labels": ["problem"]}
REVIEWED_FLOW = TWO_STEP_FLOW.replace("    use: fill", "    people: {roles: [reviewer]}\n    use: fill")


async def take_all(who: Person, **queue: Any) -> list[dict[str, Any]]:
    taken = []
    while (said := await who.post("/next", queue)).status == 200:
        taken.append(said.json)
    return taken


async def standing(yard: Yard, task: str) -> dict[str, tuple[int, int]]:
    """Return by what each open turn of a task stands in line, and what waiting has gained."""
    asked = "SELECT step, priority, aged FROM step_runs WHERE task_id = CAST(:id AS uuid) AND state <> 'completed'"
    return {row.step: (row.priority, row.aged) for row in await yard.sql(asked, id=task)}


async def aged(yard: Yard, task: str, hours: float) -> None:
    """Let a task's open turns have waited so long."""
    asked = (
        "UPDATE step_runs SET created_at = now() - make_interval(secs => :seconds) WHERE task_id = CAST(:id AS uuid)"
    )
    await yard.sql(asked, seconds=hours * 3600 + 5, id=task)


# --- priorities from a step on


async def test_a_priority_from_a_step_on_holds_there_and_not_before(yard: Yard) -> None:
    task = (await yard.task(await yard.project(TWO_STEP_FLOW), priority=3))["id"]
    changed = (await yard.owner.patch(f"/tasks/{task}", {"priority": -7, "from_step": "details"})).json
    assert (changed["priority"], changed["step_priorities"]) == (3, {"details": -7})
    assert await standing(yard, task) == {"label": (3, 0)}
    ana = await yard.person(name="Ana")
    await yard.answer(ana, PROBLEM)
    assert await standing(yard, task) == {"details": (-7, 0)}
    page = (await yard.owner.get(f"/tasks/{task}")).json
    assert page["step_priorities"] == {"details": -7}
    said = [fact["says"] for fact in (await yard.owner.get(f"/tasks/{task}/timeline")).json["items"]]
    assert "The task changed: priority -7 from details on." in said


async def test_the_list_tells_which_steps_have_a_priority_of_their_own(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    task, _ = [(await yard.task(project))["id"] for _ in range(2)]
    await yard.owner.patch(f"/tasks/{task}", {"priority": -7, "from_step": "details"})
    rows = (await yard.owner.get("/tasks", params={"sort": "id"})).json["items"]
    assert [row["step_priorities"] for row in rows] == [{"details": -7}, {}]


async def test_it_holds_at_once_for_what_waits_and_for_what_is_in_hand(yard: Yard) -> None:
    task = (await yard.task(await yard.project(TWO_STEP_FLOW), priority=3))["id"]
    ana = await yard.person(name="Ana")
    hold = (await ana.post("/next", {})).json
    await yard.owner.patch(f"/tasks/{task}", {"priority": 9, "from_step": "label"})
    await ana.post(f"/reservations/{hold['reservation']['id']}/release")
    assert await standing(yard, task) == {"label": (9, 0)}
    await yard.owner.patch(f"/tasks/{task}", {"priority": -1})
    assert await standing(yard, task) == {"label": (9, 0)}, "the step has its own"
    await yard.owner.patch(f"/tasks/{task}", {"priority": None, "from_step": "label"})
    assert await standing(yard, task) == {"label": (-1, 0)}
    assert (await yard.owner.get(f"/tasks/{task}")).json["step_priorities"] == {}


async def test_the_nearest_step_at_or_before_decides(yard: Yard) -> None:
    task = (await yard.task(await yard.project(TWO_STEP_FLOW)))["id"]
    await yard.owner.patch(f"/tasks/{task}", {"priority": 4, "from_step": "label"})
    await yard.answer(await yard.person(), PROBLEM)
    assert await standing(yard, task) == {"details": (4, 0)}


async def test_a_step_that_is_none_is_refused_with_those_there_are(yard: Yard) -> None:
    task = (await yard.task(await yard.project(TWO_STEP_FLOW)))["id"]
    said = (await yard.owner.patch(f"/tasks/{task}", {"priority": 4, "from_step": "check"})).refusal
    assert (said["status"], said["code"]) == (422, "no_such_step")
    assert said["errors"][0]["mend"] == "Take one of label, details."
    assert (await yard.owner.patch(f"/tasks/{task}", {"from_step": "label"})).status == 422


async def test_an_edit_over_somebody_elses_priority_of_a_step_is_refused(yard: Yard) -> None:
    task = (await yard.task(await yard.project(TWO_STEP_FLOW)))["id"]
    read = (await yard.owner.get(f"/tasks/{task}")).headers["etag"]
    await yard.owner.patch(f"/tasks/{task}", {"priority": 4, "from_step": "details"})
    said = await yard.owner.patch(f"/tasks/{task}", {"priority": 1}, headers={"If-Match": read})
    assert said.problem == "task_stale"


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 1.5, "3"])
async def test_a_priority_is_a_whole_number_of_32_bits(yard: Yard, number: Any) -> None:
    task = (await yard.task(await yard.project()))["id"]
    assert (await yard.owner.patch(f"/tasks/{task}", {"priority": number, "from_step": "label"})).status == 422


# --- kept for somebody


async def test_what_is_kept_comes_first_to_its_member_and_to_nobody_else(yard: Yard) -> None:
    project = await yard.project()
    first, mine = await yard.task(project, priority=-5), await yard.task(project, priority=5)
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    said = (await yard.owner.post(f"/tasks/{mine['id']}/reserve", {"member": ana.member_id})).json
    assert said == {
        "task": mine["id"], "reserved_for": {"id": ana.member_id, "name": "Ana"}, "step": "label",
    }  # fmt: skip
    assert (await yard.owner.get(f"/tasks/{mine['id']}")).json["reserved_for"]["name"] == "Ana"
    rows = (await ana.get("/work")).json
    assert ([row["task"]["id"] for row in rows["kept"]], rows["kept_count"]) == ([mine["id"]], 1)
    assert [hold["task"]["id"] for hold in await take_all(ben)] == [first["id"]]
    assert [hold["task"]["id"] for hold in await take_all(ana)] == [mine["id"]]
    assert (await ana.get("/work")).json["kept"] == []


async def test_a_new_task_is_kept_for_who_is_named_by_id_or_address(yard: Yard) -> None:
    project = await yard.project()
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    address = f"ana-{new_id().hex}@example.org"
    await yard.sql("UPDATE members SET email = :email WHERE id = CAST(:id AS uuid)", email=address, id=ana.member_id)
    body = [
        {"project": project, "input": {"text": "a"}, "reserve_for": who} for who in (address.upper(), ben.member_id)
    ]
    one, two = (task["id"] for task in (await yard.owner.post("/tasks", {"tasks": body})).json["tasks"])
    assert [hold["task"]["id"] for hold in await take_all(ana)] == [one]
    assert [hold["task"]["id"] for hold in await take_all(ben)] == [two]


async def test_it_is_kept_until_a_step_is_open_that_they_may_take(yard: Yard) -> None:
    project = await yard.project(REVIEWED_FLOW)
    rita, ana = await yard.person("reviewer", name="Rita"), await yard.person(name="Ana")
    task = (await yard.task(project, reserve_for=rita.member_id))["id"]
    await yard.sql(  # the first step is open to annotators alone
        "UPDATE step_runs SET roles = '{annotator}', reserved_for = NULL WHERE task_id = CAST(:id AS uuid)", id=task
    )
    await yard.owner.post(f"/tasks/{task}/reserve", {"member": rita.member_id})
    waiting = (await rita.get("/kept")).json["items"]
    assert [(row["task"]["id"], row["step"]) for row in waiting] == [(task, None)]
    await yard.answer(ana, PROBLEM)
    assert (await rita.get("/kept")).json["items"][0]["step"] == "details"
    (hold,) = await take_all(rita)
    assert hold["step_run"]["step"] == "details"
    assert (await yard.sql("SELECT reserved_for FROM tasks WHERE id = CAST(:id AS uuid)", id=task))[0][0] is None


async def test_who_may_not_take_the_step_that_opens_keeps_the_next(yard: Yard) -> None:
    """A step for reviewers is opened while its task is kept for an annotator: it must not wait for nobody."""
    project = await yard.project(REVIEWED_FLOW)
    task = (await yard.task(project))["id"]
    ana, ben, rita = await yard.person(name="Ana"), await yard.person(name="Ben"), await yard.person("reviewer")
    hold = (await ben.post("/next", {})).json
    await yard.owner.post(f"/tasks/{task}/reserve", {"member": ana.member_id})
    await ben.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": PROBLEM})
    assert [row["step"] for row in (await ana.get("/kept")).json["items"]] == [None]
    assert [hold["task"]["id"] for hold in await take_all(rita)] == [task]


async def test_what_comes_back_goes_to_whom_the_next_is_kept_for(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    await ben.post("/next", {})
    said = (await yard.owner.post(f"/tasks/{task}/reserve", {"member": ana.member_id})).json
    assert said["step"] is None
    await yard.owner.post("/reservations/release", {"all": True})
    assert await take_all(ben) == []
    assert [hold["task"]["id"] for hold in await take_all(ana)] == [task]


async def test_somebody_who_skipped_it_gets_it_when_it_is_kept_for_them(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    ana = await yard.person(name="Ana")
    hold = (await ana.post("/next", {})).json
    await ana.post(f"/reservations/{hold['reservation']['id']}/skip", {"reason": "Hard."})
    await yard.owner.post(f"/tasks/{task}/reserve", {"member": ana.member_id})
    assert [hold["task"]["id"] for hold in await take_all(ana)] == [task]


async def test_who_is_nobody_or_may_take_nothing_is_refused_with_the_place(yard: Yard) -> None:
    project = await yard.project(CLASSIFY_FLOW.replace("by: people", "by: people\n    people: {roles: [reviewer]}"))
    ana = await yard.person(name="Ana")
    tasks = [{"project": project, "input": {"text": "a"}, "reserve_for": who} for who in (ana.member_id, "x@y.example")]
    said = (await yard.owner.post("/tasks", {"tasks": tasks})).refusal
    assert (said["status"], said["code"]) == (422, "cannot_reserve_for")
    assert [error["place"] for error in said["errors"]] == ["tasks[0].reserve_for", "tasks[1].reserve_for"]
    assert "annotator" in said["errors"][0]["says"]
    assert (await yard.owner.get("/tasks")).json["total"] == 0
    task = (await yard.task(project))["id"]
    said = (await yard.owner.post(f"/tasks/{task}/reserve", {"member": str(new_id())})).refusal
    assert (said["code"], said["errors"][0]["place"]) == ("cannot_reserve_for", "member")


async def test_clients_do_not_say_who_works(yard: Yard) -> None:
    project = await yard.project(shared_with_clients=True)
    client, ana = await yard.person("client"), await yard.person()
    body = {"project": project, "input": {"text": "a"}, "reserve_for": ana.member_id}
    assert (await client.post("/tasks", body)).problem == "not_allowed"


async def test_nothing_is_kept_of_a_task_that_is_over(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    ana = await yard.person()
    await yard.answer(ana, PROBLEM)
    said = await yard.owner.post(f"/tasks/{task}/reserve", {"member": ana.member_id})
    assert said.problem == "nothing_to_reserve"


async def test_what_is_kept_is_given_up_for_one_for_a_member_and_for_all(yard: Yard) -> None:
    project = await yard.project()
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    its = [(await yard.task(project, reserve_for=ana.member_id))["id"] for _ in range(3)]
    await yard.task(project, reserve_for=ben.member_id)
    assert (await yard.owner.post(f"/tasks/{its[0]}/reserve", {"member": None})).json["reserved_for"] is None
    assert (await yard.owner.post("/kept/release", {"tasks": [its[0], its[1]]})).json == {"released": 1, "left": 0}
    assert (await yard.owner.post("/kept/release", {"member": ana.member_id})).json == {"released": 1, "left": 0}
    assert (await yard.owner.post("/kept/release", {"member": ana.member_id})).json == {"released": 0, "left": 0}
    assert (await yard.owner.post("/kept/release", {"all": True})).json == {"released": 1, "left": 0}
    assert (await yard.owner.get("/reservations/holders")).json["items"] == []
    assert len(await take_all(ben)) == 4
    told = [fact["says"] for fact in (await yard.owner.get(f"/tasks/{its[1]}/timeline")).json["items"]]
    assert "The task is kept for nobody any more." in told
    assert (await yard.owner.post("/kept/release", {})).status == 422


async def test_who_leaves_keeps_nothing_and_who_becomes_another_only_what_they_may(yard: Yard) -> None:
    open_to_all, reviewed = await yard.project(), await yard.project(
        CLASSIFY_FLOW.replace("by: people", "by: people\n    people: {roles: [reviewer]}"), name="Reviewed"
    )  # fmt: skip
    rita, ben = await yard.person("reviewer", name="Rita"), await yard.person("reviewer", name="Ben")
    free = (await yard.task(open_to_all, reserve_for=rita.member_id))["id"]
    bound = (await yard.task(reviewed, reserve_for=rita.member_id))["id"]
    await yard.owner.patch(f"/members/{rita.member_id}", {"role": "annotator"})
    assert [hold["task"]["id"] for hold in await take_all(ben)] == [bound]
    assert [row["task"]["id"] for row in (await rita.get("/kept")).json["items"]] == [free]
    await yard.owner.patch(f"/members/{rita.member_id}", {"state": "removed"})
    assert [hold["task"]["id"] for hold in await take_all(ben)] == [free]


# --- what comes next


async def test_the_preview_is_the_order_of_the_hand_out(yard: Yard) -> None:
    project, other = await yard.project(), await yard.project(name="Other")
    ana = await yard.person(name="Ana")
    tasks = [await yard.task([project, other][n % 2], priority=(n * 7) % 5 - 2) for n in range(12)]
    await yard.owner.post(f"/tasks/{tasks[3]['id']}/reserve", {"member": ana.member_id})
    await yard.owner.post(f"/tasks/{tasks[8]['id']}/reserve", {"member": ana.member_id})
    sent_back = "UPDATE step_runs SET sent_back_to = CAST(:ana AS uuid) WHERE task_id = CAST(:id AS uuid)"
    await yard.sql(sent_back, ana=ana.member_id, id=tasks[5]["id"])
    for queue in ({"project": other}, {}):
        shown = (await ana.get("/work/next", params={"limit": 50, **queue})).json["items"]
        assert [row["task"]["id"] for row in shown] == [hold["task"]["id"] for hold in await take_all(ana, **queue)]
        assert len(shown) == 6


async def test_leads_look_at_anybodys_line_and_others_at_their_own(yard: Yard) -> None:
    project = await yard.project(CLASSIFY_FLOW.replace("by: people", "by: people\n    people: {roles: [reviewer]}"))
    await yard.task(project)
    ana, rita = await yard.person(name="Ana"), await yard.person("reviewer", name="Rita")
    assert (await yard.owner.get(f"/work/next?member={ana.member_id}")).json["items"] == []
    shown = (await yard.owner.get(f"/work/next?member={rita.member_id}")).json
    assert (shown["member"]["name"], len(shown["items"])) == ("Rita", 1)
    assert (await ana.get(f"/work/next?member={rita.member_id}")).problem == "not_allowed"
    client = await yard.person("client")
    assert (await yard.owner.get(f"/work/next?member={client.member_id}")).json["items"] == []


async def test_why_is_said_as_it_is(yard: Yard) -> None:
    project = await yard.project()
    ana = await yard.person(name="Ana")
    for priority in (2, -1, 2, 0):
        await yard.task(project, priority=priority)
    kept = await yard.task(project, priority=9)
    await yard.owner.post(f"/tasks/{kept['id']}/reserve", {"member": ana.member_id})
    shown = [row["why"] for row in (await ana.get("/work/next")).json["items"]]
    assert shown == [
        "It is kept for you.",
        "Of what is free for you its number, -1 (earlier than usual), is the lowest: the next has 0.",
        "Of what is free for you its number, 0 (as usual), is the lowest: the next has 2.",
        "Of what is free for you its number, 2 (later than usual), is the lowest; its task is the oldest of those.",
        "Its number is 2 (later than usual) too, and its task is younger than the one before it.",
    ]
    taken = [(await ana.post("/next", {"explain": True})).json["explain"] for _ in shown]
    assert [one["why"] for one in taken[:4]] == shown[:4]
    assert taken[4]["why"] == "Its number is 2 (later than usual), and nothing else is free for you."
    assert [one["key"]["place"] for one in taken] == ["kept", "line", "line", "line", "line"]


async def test_what_was_skipped_is_told(yard: Yard) -> None:
    project = await yard.project()
    for priority in (-3, 1):
        await yard.task(project, priority=priority)
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json
    await ana.post(f"/reservations/{hold['reservation']['id']}/skip", {"reason": "Hard."})
    why = (await ana.post("/next", {"explain": True})).json["explain"]["why"]
    assert why.endswith("1 that you skipped would have come before it.")


# --- ageing


@pytest.fixture
async def ageing(yard: Yard) -> str:
    """The id of a project whose work moves one number earlier each day."""
    return await yard.project(ageing_hours=24)


async def test_what_waits_moves_earlier_and_says_so(yard: Yard, ageing: str, worker: Worker) -> None:
    old, young = (await yard.task(ageing, priority=5))["id"], (await yard.task(ageing, priority=3))["id"]
    await aged(yard, old, 75)
    assert await worker.age_what_waits() >= 1
    assert await worker.age_what_waits() == 0, "a second look moves nothing"
    assert await standing(yard, old) == {"label": (2, 3)}
    assert await standing(yard, young) == {"label": (3, 0)}
    ana = await yard.person()
    said = (await ana.post("/next", {"explain": True})).json
    assert (said["task"]["id"], said["task"]["priority"]) == (old, 5)
    assert said["explain"]["why"] == (
        "Of what is free for you its number, 2 (later than usual), is the lowest: the next has 3. That is priority 5, 3 "
        "earlier for waiting 3 days."
    )


async def test_a_new_priority_keeps_the_age(yard: Yard, ageing: str, worker: Worker) -> None:
    task = (await yard.task(ageing, priority=5))["id"]
    await aged(yard, task, 49)
    await worker.age_what_waits()
    await yard.owner.patch(f"/tasks/{task}", {"priority": 10})
    assert await standing(yard, task) == {"label": (8, 2)}
    assert (await yard.owner.get(f"/tasks/{task}")).json["priority"] == 10


async def test_projects_without_it_and_work_in_hand_do_not_age(yard: Yard, ageing: str, worker: Worker) -> None:
    still = (await yard.task(await yard.project(), priority=5))["id"]
    held = (await yard.task(ageing, priority=5))["id"]
    await (await yard.person()).post("/next", {"project": ageing})
    for task in (still, held):
        await aged(yard, task, 500)
    await worker.age_what_waits()
    assert await standing(yard, still) == {"label": (5, 0)}
    assert await standing(yard, held) == {"label": (5, 0)}
    await yard.owner.patch(f"/projects/{ageing}", {"ageing_hours": None})
    assert (await yard.owner.get(f"/projects/{ageing}")).json["ageing_hours"] is None
    await yard.owner.post("/reservations/release", {"all": True})
    await worker.age_what_waits()
    assert await standing(yard, held) == {"label": (5, 0)}


async def test_the_earliest_number_stays_the_earliest(yard: Yard, ageing: str, worker: Worker) -> None:
    task = (await yard.task(ageing, priority=-(2**31) + 1))["id"]
    await aged(yard, task, 24 * 9)
    await worker.age_what_waits()
    assert await standing(yard, task) == {"label": (-(2**31), 1)}
    await worker.age_what_waits()
    assert await standing(yard, task) == {"label": (-(2**31), 1)}


@pytest.mark.parametrize("hours", [0, -1, 1.5, 10_000])
async def test_hours_are_whole_and_at_most_a_year(yard: Yard, ageing: str, hours: float) -> None:
    assert (await yard.owner.patch(f"/projects/{ageing}", {"ageing_hours": hours})).status == 422
