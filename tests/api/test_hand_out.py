"""Taking work, and giving it back."""

from __future__ import annotations

import asyncio

import pytest

from taskyard.domain.reservations import expire_due
from taskyard.views import work_home
from tests.builders import TWO_STEP_FLOW, Yard

ANSWER = {"labels": ["question"]}


async def test_work_is_taken_answered_and_counted(yard: Yard) -> None:
    project = await yard.project()
    task = await yard.task(project, external_id="m-1")
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json
    assert hold["task"]["id"] == task["id"]
    assert hold["step_run"]["with"]["labels"] == ["question", "problem", "praise"]
    done = await ana.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": ANSWER})
    assert done.json["answer"]["data"] == ANSWER
    page = (await yard.owner.get(f"/tasks/{task['id']}")).json
    assert (page["status"], page["runs"][0]["output"]) == ("completed", {"label": "question"})
    assert (await ana.get("/work")).json["today"]["submitted"] == 1


async def test_nothing_to_do_is_204(yard: Yard) -> None:
    ana = await yard.person()
    assert (await ana.post("/next", {})).status == 204


async def test_the_lower_priority_number_comes_first_then_the_oldest(yard: Yard) -> None:
    project = await yard.project()
    for number, priority in enumerate([5, 0, -2, 0, 5]):
        await yard.task(project, external_id=str(number), priority=priority)
    ana = await yard.person()
    taken = [(await ana.post("/next", {})).json["task"]["external_id"] for _ in range(5)]
    assert taken == ["2", "1", "3", "0", "4"]


async def test_many_takers_never_share_a_task(yard: Yard) -> None:
    project = await yard.project()
    await yard.owner.post("/tasks", {"tasks": [{"project": project, "input": {"text": str(n)}} for n in range(40)]})
    people = [await yard.person(name=f"p{n}") for n in range(8)]

    async def take_all(n: int) -> list[str]:
        taken = []
        while (said := await people[n].post("/next", {})).status == 200:
            taken.append(said.json["task"]["id"])
        return taken

    taken = [task for tasks in await asyncio.gather(*(take_all(n) for n in range(8))) for task in tasks]
    assert len(taken) == len(set(taken)) == 40


async def test_released_work_goes_back_and_the_task_is_queued_again(yard: Yard) -> None:
    task = await yard.task(await yard.project())
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    hold = (await ana.post("/next", {})).json
    path = f"/reservations/{hold['reservation']['id']}/release"
    assert (await ana.post(path)).json["state"] == "released"
    assert (await ana.post(path)).json["state"] == "released"
    assert (await yard.owner.get(f"/tasks/{task['id']}")).json["status"] == "queued"
    assert (await ben.post("/next", {})).json["task"]["id"] == task["id"]
    told = (await yard.owner.get(f"/tasks/{task['id']}/timeline")).json["items"]
    assert [fact["name"] for fact in told].count("reservation.released") == 1


async def test_only_holders_and_managers_release(yard: Yard) -> None:
    await yard.task(await yard.project())
    ana, ben, manager = await yard.person(), await yard.person(), await yard.person("manager")
    hold = (await ana.post("/next", {})).json
    path = f"/reservations/{hold['reservation']['id']}/release"
    assert (await ben.post(path)).problem == "no_such_reservation"
    assert (await manager.post(path)).json["state"] == "released"


async def test_skipped_work_does_not_come_back_to_the_same_person(yard: Yard) -> None:
    await yard.task(await yard.project())
    ana, ben = await yard.person(), await yard.person()
    hold = (await ana.post("/next", {})).json
    skipped = await ana.post(f"/reservations/{hold['reservation']['id']}/skip", {"reason": "It is blurred."})
    assert skipped.json["state"] == "skipped"
    assert (await ana.post("/next", {})).status == 204
    assert (await ben.post("/next", {})).status == 200


async def test_an_expired_hold_counts_while_the_work_is_free(yard: Yard) -> None:
    task = await yard.task(await yard.project())
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json
    await _run_out(yard, hold)
    assert (await yard.owner.get(f"/tasks/{task['id']}")).json["status"] == "queued"
    done = await ana.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": ANSWER})
    assert done.status == 200
    assert (await yard.owner.get(f"/tasks/{task['id']}")).json["status"] == "completed"


async def test_late_work_is_kept_as_a_draft_and_never_a_second_answer(yard: Yard) -> None:
    task = await yard.task(await yard.project())
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    late = (await ana.post("/next", {})).json
    await _run_out(yard, late)
    await yard.answer(ben, {"labels": ["problem"]})
    said = await ana.post(f"/reservations/{late['reservation']['id']}/submit", {"answer": ANSWER})
    assert said.problem == "late_submit"
    kept = (await yard.owner.get(f"/tasks/{task['id']}/answers")).json["items"]
    assert [(answer["kind"], answer["data"]["labels"]) for answer in kept] == [
        ("answer", ["problem"]),
        ("late_draft", ["question"]),
    ]


async def test_a_second_submit_is_refused_with_the_state(yard: Yard) -> None:
    await yard.task(await yard.project())
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json
    path = f"/reservations/{hold['reservation']['id']}/submit"
    assert (await ana.post(path, {"answer": ANSWER})).status == 200
    assert (await ana.post(path, {"answer": ANSWER})).problem == "illegal_move"


async def test_a_wrong_token_is_refused(yard: Yard) -> None:
    await yard.task(await yard.project())
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json
    path = f"/reservations/{hold['reservation']['id']}"
    wrong = hold["reservation"]["token"] + 1
    assert (await ana.post(f"{path}/submit", {"answer": ANSWER, "token": wrong})).problem == "wrong_token"
    assert (await ana.post(f"{path}/renew", {"token": wrong})).problem == "wrong_token"


async def test_drafts_are_kept_and_a_stale_save_offers_both(yard: Yard) -> None:
    await yard.task(await yard.project())
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json
    path = f"/reservations/{hold['reservation']['id']}"
    assert (await ana.put(f"{path}/draft", {"answer": {"labels": []}, "revision": 0})).json["draft_revision"] == 1
    stale = (await ana.put(f"{path}/draft", {"answer": ANSWER, "revision": 0})).refusal
    assert (stale["code"], stale["yours"], stale["theirs"]) == ("stale_draft", ANSWER, {"labels": []})
    assert (await ana.get(path)).json["reservation"]["draft"] == {"labels": []}


async def test_an_answer_that_does_not_fit_names_the_place(yard: Yard) -> None:
    await yard.task(await yard.project())
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json
    said = await ana.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": {"labels": ["spam"]}})
    assert said.refusal["errors"][0]["place"] == "labels[0]"
    assert (await ana.get(f"/reservations/{hold['reservation']['id']}")).json["reservation"]["state"] == "held"


async def test_a_condition_decides_whether_the_second_step_is_done(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    calm, broken = await yard.task(project), await yard.task(project, {"text": "It broke."})
    ana = await yard.person()
    await yard.answer(ana, {"labels": ["praise"]})
    await yard.answer(ana, {"labels": ["problem"]})
    page = (await yard.owner.get(f"/tasks/{calm['id']}")).json
    assert page["status"] == "completed"
    assert [step["state"] for step in page["runs"][0]["steps"]] == ["completed", "skipped"]
    waiting = (await yard.owner.get(f"/tasks/{broken['id']}")).json
    assert (waiting["status"], waiting["run_state"], waiting["run_reason"]) == (
        "in_progress",
        "waiting",
        "In queue details.",
    )
    await yard.answer(ana, {"part": "lid"})
    done = (await yard.owner.get(f"/tasks/{broken['id']}")).json
    assert done["runs"][0]["output"] == {"label": "problem", "part": "lid"}


async def test_a_renewed_hold_lasts_longer(yard: Yard) -> None:
    await yard.task(await yard.project())
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json["reservation"]
    renewed = (await ana.post(f"/reservations/{hold['id']}/renew", {"token": hold["token"]})).json
    assert renewed["lease_until"] > hold["lease_until"]


async def _run_out(yard: Yard, hold: dict[str, dict[str, str]]) -> None:
    """Let a hold's time be over, by the database's clock, and let the next taker notice."""
    past = "UPDATE {} SET lease_until = now() - interval '1 second' WHERE id = :id"
    await yard.sql(past.format("step_runs"), id=hold["step_run"]["id"])
    await yard.sql(past.format("reservations"), id=hold["reservation"]["id"])
    async with yard.desk.database.transaction(yard.workspace_id) as session:
        assert await expire_due(session, yard.workspace_id) == 1


EMPTY_LIST_FLOW = """
input:
  type: object
  required: [tags]
  properties: {tags: {type: array, items: {type: string}}}
steps:
  - id: label
    use: classify
    by: people
    with: {text: "{{ input.tags[0] }}", labels: [question, problem]}
output: {label: "{{ label.labels[0] }}"}
"""


async def test_work_that_cannot_be_shown_fails_with_its_reason_and_stands_in_nobodys_way(yard: Yard) -> None:
    broken = await yard.project(EMPTY_LIST_FLOW, name="Tags")
    lost = [await yard.task(broken, {"tags": []}, priority=-5) for _ in range(3)]
    sound = await yard.task(await yard.project(), external_id="m-1")
    hold = (await (await yard.person()).post("/next", {})).json
    assert hold["task"]["id"] == sound["id"]
    for task in lost:
        page = (await yard.owner.get(f"/tasks/{task['id']}")).json
        assert (page["status"], page["runs"][0]["error"]["code"]) == ("failed", "unresolved_reference")
        assert "tags[0]" in page["runs"][0]["reason"]
    held = (await yard.owner.get("/reservations")).json["items"]
    assert [one["task"]["id"] for one in held] == [sound["id"]]


async def test_who_takes_a_task_again_goes_on_with_the_draft_they_left(yard: Yard) -> None:
    await yard.task(await yard.project())
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    first = (await ana.post("/next", {})).json["reservation"]
    draft = {"labels": ["praise"]}
    await ana.put(f"/reservations/{first['id']}/draft", {"answer": draft, "revision": 0})
    await ana.post(f"/reservations/{first['id']}/release")
    theirs = (await ben.post("/next", {})).json["reservation"]
    assert (theirs["draft"], theirs["draft_revision"]) == (None, 0), "a draft is its author's"
    await ben.post(f"/reservations/{theirs['id']}/release")
    again = (await ana.post("/next", {})).json["reservation"]
    assert again["id"] != first["id"]
    assert (again["draft"], again["draft_revision"]) == (draft, 1)
    saved = await ana.put(f"/reservations/{again['id']}/draft", {"answer": {"labels": ["problem"]}, "revision": 1})
    assert saved.status == 200


async def test_what_a_removed_member_holds_goes_back_to_its_queue(yard: Yard) -> None:
    await yard.task(await yard.project())
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    held = (await ana.post("/next", {})).json
    assert (await ben.post("/next", {})).status == 204
    removed = await yard.owner.patch(f"/members/{ana.member_id}", {"state": "removed"})
    assert removed.status == 200
    taken = (await ben.post("/next", {})).json
    assert taken["task"]["id"] == held["task"]["id"]
    timeline = (await yard.owner.get(f"/tasks/{held['task']['id']}/timeline")).json["items"]
    assert "label went back: who held it has left." in [fact["says"] for fact in timeline]


async def test_every_queue_is_shown_however_much_waits_in_another(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_home, "FREE_MAX", 3)
    full, little = await yard.project(name="Full"), await yard.project(name="Little")
    for _ in range(5):
        await yard.task(full, priority=-1)
    await yard.task(little)
    ana = await yard.person()
    queues = {one["project"]["name"]: one for one in (await ana.get("/work")).json["queues"]}
    assert {name: (one["free"], one["free_is_exact"]) for name, one in queues.items()} == {
        "Full": (3, False),
        "Little": (1, True),
    }
    hold = (await ana.post("/next", {"project": little})).json["reservation"]
    await ana.post(f"/reservations/{hold['id']}/skip", {"reason": "Blurred."})
    assert [one["project"]["name"] for one in (await ana.get("/work")).json["queues"]] == ["Full"]
