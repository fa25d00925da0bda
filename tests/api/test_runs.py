"""Runs and apps as pages show them, and the lists of what is installed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import BOTH_FLOW, PICTURE_FLOW, TWO_STEP_FLOW, Yard

ANSWER = {"labels": ["question"]}


async def playground(yard: Yard) -> str:
    return str(next(app["id"] for app in (await yard.owner.get("/apps")).json["items"] if app["is_playground"]))


async def run_of(yard: Yard, task: str) -> dict[str, Any]:
    run = (await yard.owner.get(f"/tasks/{task}")).json["run_id"]
    found: dict[str, Any] = (await yard.owner.get(f"/runs/{run}")).json
    return found


async def test_a_run_shows_its_steps_and_whose_turn_it_is(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    task = (await yard.task(project))["id"]
    run = await run_of(yard, task)
    assert (run["state"], run["reason"], run["number"], run["flow_version"]) == ("queued", None, 1, 1)
    assert [(step["id"], step["state"]) for step in run["steps"]] == [("label", "queued"), ("details", "pending")]
    ana = await yard.person(name="Ana")
    await ana.post("/next", {})
    run = await run_of(yard, task)
    assert (run["state"], run["steps"][0]["state"]) == ("running", "running")
    assert run["steps"][0]["step_runs"][0]["holder"] == {"id": ana.member_id, "name": "Ana"}
    assert run["started_at"]
    hold = (await ana.get("/reservations", params={"mine": True})).json["items"][0]
    done = await ana.post(f"/reservations/{hold['id']}/submit", {"answer": {"labels": ["problem"]}})
    run = await run_of(yard, task)
    assert (run["state"], run["reason"]) == ("waiting", "In queue details.")
    assert run["steps"][0]["step_runs"][0]["answer_id"] == done.json["answer"]["id"]
    await yard.answer(ana, {"part": "lid"})
    run = await run_of(yard, task)
    assert (run["state"], run["output"]) == ("completed", {"label": "problem", "part": "lid"})
    assert run["ended_at"]
    assert run["can"]["cancel"]
    assert run["can"]["rerun"] is None


async def test_a_run_waits_for_its_model_and_says_so(yard: Yard) -> None:
    project = await yard.project(PICTURE_FLOW)
    task = (await yard.task(project, {"photo": await yard.file()}))["id"]
    run = await run_of(yard, task)
    assert [step["step_runs"] and step["step_runs"][0]["performer"] for step in run["steps"]] == ["local/text", []]
    assert (await (await yard.person()).post("/next", {})).status == 204, "the model's turn is nobody else's"


async def test_an_app_runs_on_an_input_and_settings(yard: Yard) -> None:
    app, photo = await playground(yard), await yard.file()
    body = {"input": {"photo": photo, "prompt": "all text"}, "settings": {"prompt": "numbers", "model": "local/text"}}
    said = await yard.owner.post(f"/apps/{app}/runs", body)
    assert said.status == 201
    run = (await yard.owner.get(f"/runs/{said.json['run']['id']}")).json
    assert (run["task_id"], run["settings"]) == (said.json["task"]["id"], {"prompt": "numbers", "model": "local/text"})
    assert run["project"]["name"] == "Playground"
    task = (await yard.owner.get(f"/tasks/{said.json['task']['id']}")).json
    assert task["thumbnail_url"] == f"/api/v1/files/{photo}/thumbnail"
    assert list(task["files"]) == [photo]
    assert (await yard.owner.get(f"/tasks?mine=true&project={app}")).json["items"][0]["id"] == task["id"]


async def test_a_project_that_needs_people_is_no_app(yard: Yard) -> None:
    project = await yard.project()
    said = await yard.owner.post(f"/apps/{project}/runs", {"input": {"text": "a"}})
    assert (said.status, said.problem) == (409, "not_an_app")


@pytest.mark.parametrize(
    ("body", "place"),
    [({}, "input"), ({"input": {}}, "input.photo"), ({"input": {"photo": "x", "prompt": "a"}}, "input.photo"),
     ({"input": {"photo": 7, "prompt": "a"}}, "input.photo"), ({"input": {}, "project": "x"}, "project"),
     ({"input": {}, "settings": {"seed": 1}}, "settings.seed")],
)  # fmt: skip
async def test_an_app_refuses_what_does_not_fit_and_keeps_nothing(yard: Yard, body: dict[str, Any], place: str) -> None:
    said = await yard.owner.post(f"/apps/{await playground(yard)}/runs", body)
    assert said.status == 422
    assert place in [flaw["place"] for flaw in said.refusal["errors"]]
    assert (await yard.owner.get("/tasks")).json["total"] == 0


async def test_the_history_lists_runs_newest_first_and_narrows(yard: Yard) -> None:
    project, app = await yard.project(), await yard.project(BOTH_FLOW.replace("PERFORMER", "local/labels"))
    first = (await yard.task(project))["run_id"]
    second = (await yard.owner.post(f"/apps/{app}/runs", {"input": {"text": "a"}})).json["run"]["id"]
    third = await yard.task(project)
    await yard.owner.post(f"/tasks/{third['id']}/cancel")
    fourth = (await yard.owner.post(f"/tasks/{third['id']}/runs", {})).json["id"]

    async def listed(**asked: Any) -> list[str]:
        return [run["id"] for run in (await yard.owner.get("/runs", params=asked)).json["items"]]

    assert await listed() == [fourth, third["run_id"], second, first]
    assert await listed(app=app) == [second]
    assert await listed(status="cancelled") == [third["run_id"]]
    assert await listed(status=["queued", "cancelled"], app=project) == [fourth, third["run_id"], first]
    assert (await yard.owner.get("/runs", params={"status": "done"})).problem == "body_invalid"
    page = (await yard.owner.get("/runs", params={"limit": 3})).json
    assert (page["total"], page["total_is_exact"]) == (4, True)
    assert await listed(limit=3, cursor=page["next"]) == [first]
    assert (await yard.owner.get("/runs", params={"cursor": page["next"], "app": app})).problem == "cursor_unreadable"


async def test_each_role_sees_the_runs_of_the_tasks_it_sees(yard: Yard) -> None:
    shared, hidden = await yard.project(shared_with_clients=True), await yard.project()
    first, second = (await yard.task(shared))["run_id"], (await yard.task(hidden))["run_id"]
    ana = await yard.person()
    await ana.post("/next", {"project": hidden})
    for who, seen, unseen in ((ana, second, first), (await yard.person("client"), first, second)):
        assert [run["id"] for run in (await who.get("/runs")).json["items"]] == [seen]
        assert (await who.get("/runs")).json["total"] == 1
        assert (await who.get(f"/runs/{seen}")).status == 200
        for path in (f"/runs/{unseen}", f"/runs/{unseen}/events"):
            assert (await who.get(path)).problem == "no_such_run"


async def test_who_made_a_task_runs_it_again_and_cancels_it(yard: Yard) -> None:
    ana = await yard.person()
    app = await playground(yard)
    body = {"input": {"photo": await yard.file(), "prompt": "all"}}
    made = (await ana.post(f"/apps/{app}/runs", body)).json
    shown = (await ana.get(f"/tasks/{made['task']['id']}")).json
    assert (shown["can"]["cancel"] is None, shown["can"]["delete"], bool(shown["can"]["prioritise"])) == (
        False,
        None,
        True,
    )
    assert (await ana.post(f"/runs/{made['run']['id']}/cancel")).json["state"] == "cancelled"
    assert (await ana.post(f"/tasks/{made['task']['id']}/runs", {})).json["number"] == 2
    assert (await ana.delete(f"/tasks/{made['task']['id']}")).status == 204


async def test_the_models_that_are_installed_say_what_they_take(yard: Yard) -> None:
    found = {model["name"]: model for model in (await yard.owner.get("/models")).json["items"]}
    assert {"local/text", "local/labels"} <= set(found)
    for model in found.values():
        assert model["available"] is (model["reason"] is None)
        assert model["kinds"]
        assert model["finds"]
        assert model["parameters"]["type"] == "object"


async def test_the_kinds_of_work_that_are_installed_say_what_they_take_and_give(yard: Yard) -> None:
    found = {kind["use"]: kind for kind in (await yard.owner.get("/step-kinds")).json["items"]}
    assert {"annotate", "transcribe", "classify", "fill"} <= set(found)
    assert found["annotate"]["input_schema"]["properties"]["image"]["x-kind"] == "image"
    assert found["classify"]["output_schema"]["properties"]["labels"]["type"] == "array"


async def test_the_work_home_counts_what_is_free_and_in_hand(yard: Yard) -> None:
    project = await yard.project()
    for _ in range(3):
        await yard.task(project)
    ana, reviewer = await yard.person(), await yard.person("reviewer")
    await ana.post("/next", {})
    await yard.answer(reviewer, ANSWER)
    home = (await ana.get("/work")).json
    assert [(queue["project"]["id"], queue["step"], queue["use"], queue["free"]) for queue in home["queues"]] == [
        (project, "label", "classify", 1)
    ]
    assert [hold["member"]["id"] for hold in home["held"]] == [ana.member_id]
    assert home["today"]["submitted"] == 0
    assert (await reviewer.get("/work")).json["today"]["submitted"] == 1


async def test_reservations_page_and_leads_see_everybodys(yard: Yard) -> None:
    project = await yard.project()
    people = [await yard.person(name=f"p{n}") for n in range(3)]
    for who in people:
        for _ in range(2):
            await yard.task(project)
            await who.post("/next", {})
    assert (await people[0].get("/reservations")).json["total"] == 2
    assert (await yard.owner.get("/reservations", params={"mine": True})).json["total"] == 0
    found: list[str] = []
    cursor = None
    while True:
        page = (
            await yard.owner.get("/reservations", params={"limit": 4, **({"cursor": cursor} if cursor else {})})
        ).json
        assert page["total"] == 6
        found += [hold["id"] for hold in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 6
