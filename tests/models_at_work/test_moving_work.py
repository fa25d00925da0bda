"""Who performs is one word of the flow: people, a model, or both, with the same shape of answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import BOTH_FLOW, PICTURE_FLOW, Yard, a_picture
from tests.models_at_work.conftest import Record
from tests.models_at_work.flows import RATE_FLOW, slow_flow

pytestmark = pytest.mark.usefixtures("worker", "record")
TEXT = {"text": "I want my money back, the lamp never arrived."}
PARALLEL = """  - id: look
    use: classify
    by: people
    with: {text: "{{ input.text }}", labels: [question, problem]}
"""


async def completed(yard: Yard, task_id: str) -> dict[str, Any]:
    page: dict[str, Any] = await yard.until(
        yard.owner, f"/tasks/{task_id}", lambda task: task["status"] in {"completed", "failed"}
    )
    assert page["status"] == "completed", page["runs"][0]["error"]
    return page


async def answers_of(yard: Yard, task_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await yard.owner.get(f"/tasks/{task_id}/answers")).json["items"]
    return found


async def republish(yard: Yard, project: str, source: str) -> None:
    draft = await yard.owner.get(f"/projects/{project}/draft")
    saved = await yard.owner.put(
        f"/projects/{project}/draft", {"source": source}, headers={"If-Match": draft.headers["etag"]}
    )
    assert saved.status == 200, saved.response.text
    assert (await yard.owner.post(f"/projects/{project}/publish")).status == 200


@pytest.mark.models
async def test_a_step_moves_from_people_to_a_model_and_back_by_one_word(yard: Yard) -> None:
    ana = await yard.person(name="Ana")
    project = await yard.project(BOTH_FLOW.replace("PERFORMER", "people"))
    shapes, tasks = [], []
    for number, performer in enumerate(["people", "local/labels", "people"]):
        if number:
            await republish(yard, project, BOTH_FLOW.replace("PERFORMER", performer))
        task = await yard.task(project, TEXT)
        if performer == "people":
            await yard.answer(ana, {"labels": ["refund request"]}, project)
        page = await completed(yard, task["id"])
        assert page["runs"][0]["output"] == {"label": "refund request"}
        (answer,) = await answers_of(yard, task["id"])
        tasks.append(task["id"])
        shapes.append((answer.keys(), answer["use"], answer["kind"], answer["is_final"], answer["data"]["labels"]))
        assert answer["by"]["kind"] == ("member" if performer == "people" else "model")
    assert shapes[0] == shapes[1] == shapes[2]
    versions = [(await yard.owner.get(f"/tasks/{task}")).json["runs"][0]["flow_version"] for task in tasks]
    assert versions == sorted(set(versions)), "each run names the version it used"


@pytest.mark.models
async def test_people_and_a_model_both_answer_and_both_answers_are_kept(yard: Yard) -> None:
    project = await yard.project(BOTH_FLOW.replace("PERFORMER", "[people, local/labels]"))
    task = await yard.task(project, TEXT)
    await yard.until(yard.owner, f"/tasks/{task['id']}/answers", lambda page: page["total"] == 1)
    waiting = (await yard.owner.get(f"/tasks/{task['id']}")).json
    assert (waiting["run_state"], waiting["run_reason"], waiting["steps"]) == ("waiting", "In queue label.", ["label"])
    ana = await yard.person(name="Ana")
    await yard.answer(ana, {"labels": ["praise"]}, project)
    page = await completed(yard, task["id"])
    assert page["runs"][0]["output"] == {"label": "praise"}, "people's word counts"
    given = {answer["by"]["kind"]: answer["data"]["labels"] for answer in await answers_of(yard, task["id"])}
    assert given == {"model": ["refund request"], "member": ["praise"]}


@pytest.mark.models
async def test_a_person_starts_from_what_the_model_found_and_the_drawn_picture_is_served(yard: Yard) -> None:
    project = await yard.project(PICTURE_FLOW)
    photo = await yard.file(a_picture("TOTAL 12.50"))
    task = await yard.task(project, {"photo": photo})
    await yard.until(yard.owner, f"/tasks/{task['id']}", lambda page: page["run_state"] == "waiting")
    (found,) = await answers_of(yard, task["id"])
    assert "12.50" in found["data"]["text"]
    drawn = await yard.owner.get(f"/files/{found['data']['image']}/view")
    assert drawn.headers["content-type"].startswith("image/")
    assert found["data"]["image"] != photo
    original = (await yard.owner.get(f"/files/{photo}/view")).response.content
    assert drawn.response.content != original
    ana = await yard.person()
    hold = (await ana.post("/next", {"project": project})).json["step_run"]
    assert hold["prefill_by"] == "local/text"
    assert [region["text"] for region in hold["prefill"]["regions"]] == [r["text"] for r in found["data"]["regions"]]
    assert "image" not in hold["prefill"]
    assert (await ana.get(f"/files/{photo}/view")).status == 200


async def test_the_settings_of_a_run_choose_model_and_prompt_and_earlier_runs_are_kept(
    yard: Yard, record: Record
) -> None:
    task = await yard.task(await yard.project(slow_flow()), {"text": "says=praise"})
    first = (await completed(yard, task["id"]))["runs"][0]
    made = (
        await yard.owner.post(f"/tasks/{task['id']}/runs", {"settings": {"model": "test/twin", "prompt": "Be kind"}})
    ).json
    assert made["settings"] == {"model": "test/twin", "prompt": "Be kind"}
    await completed(yard, task["id"])
    assert [(one["model"], one["prompt"]) for one in record.lines()] == [("test/slow", None), ("test/twin", "Be kind")]
    again = (await yard.owner.post(f"/tasks/{task['id']}/runs", {"input": {"text": "says=problem"}})).json
    assert again["settings"]["model"] == "test/twin", "without settings it runs as the last time"
    page = await completed(yard, task["id"])
    assert [(run["number"], run["output"]["label"]) for run in page["runs"]] == [
        (3, "problem"),
        (2, "praise"),
        (1, "praise"),
    ]
    assert page["runs"][2] == {**first, "can": page["runs"][2]["can"]}
    by_run = {answer["run_id"]: answer["by"]["name"] for answer in await answers_of(yard, task["id"])}
    assert [by_run[run["id"]] for run in page["runs"]] == ["test/twin", "test/twin", "test/slow"]
    assert page["input"] == {"text": "says=praise"}, "a run's own input replaces nothing"


async def test_one_model_chosen_in_place_of_two_takes_one_turn(yard: Yard) -> None:
    task = await yard.task(await yard.project(slow_flow(by="[test/slow, test/twin]")), {"text": "says=praise"})
    assert len((await completed(yard, task["id"]))["runs"][0]["steps"][0]["step_runs"]) == 2
    made = await yard.owner.post(f"/tasks/{task['id']}/runs", {"settings": {"model": "test/twin"}})
    assert made.status == 201, made.response.text
    (turn,) = (await completed(yard, task["id"]))["runs"][0]["steps"][0]["step_runs"]
    assert turn["performer"] == "test/twin"


async def test_a_kind_of_work_of_a_third_party_is_done_by_its_model_and_by_people(yard: Yard) -> None:
    listed = (await yard.owner.get("/step-kinds")).json["items"]
    assert next(kind["title"] for kind in listed if kind["use"] == "rate") == "Rate"
    models = {model["name"]: model for model in (await yard.owner.get("/models")).json["items"]}
    assert (models["test/slow"]["kinds"], models["test/slow"]["available"]) == (["classify", "rate"], True)
    given = []
    for performer in ("test/slow", "people"):
        project = await yard.project(RATE_FLOW.replace("PERFORMER", performer))
        task = await yard.task(project, {"text": "stars=5"})
        if performer == "people":
            ana = await yard.person()
            hold = (await ana.post("/next", {"project": project})).json
            path = f"/reservations/{hold['reservation']['id']}/submit"
            assert (await ana.post(path, {"answer": {"stars": 6}})).refusal["errors"][0]["place"] == "stars"
            assert (await ana.post(path, {"answer": {"stars": 5}})).status == 200
        given.append((await completed(yard, task["id"]))["runs"][0]["output"])
    assert given == [{"stars": 5}, {"stars": 5}]


@pytest.mark.models
async def test_what_a_local_model_cannot_do_is_said_in_words_with_a_way_out(yard: Yard) -> None:
    photo = await yard.file()
    flow = PICTURE_FLOW.replace('prompt: "all text"', 'prompt: "every dog"')
    task = await yard.task(await yard.project(flow), {"photo": photo})
    page = await yard.until(yard.owner, f"/tasks/{task['id']}", lambda task: task["status"] == "failed")
    run = page["runs"][0]
    assert run["error"]["code"] == "model_cannot_do_that"
    assert run["reason"].startswith("local/text cannot")
    assert "let people do this step" in run["error"]["mend"]
    assert run["steps"][0]["step_runs"][0]["attempt"] == 1


async def test_when_a_run_fails_beside_a_person_their_hold_ends_and_their_work_is_kept(yard: Yard) -> None:
    project = await yard.project(slow_flow("retry: {max: 1}", then=PARALLEL))
    task = await yard.task(project, {"text": "sleeps=1 fails=1"})
    ana = await yard.person(name="Ana")
    hold = (await ana.post("/next", {"project": project})).json["reservation"]
    await yard.until(yard.owner, f"/tasks/{task['id']}", lambda page: page["status"] == "failed")
    path = f"/reservations/{hold['id']}"
    assert (await ana.get("/reservations", params={"mine": True})).json["items"] == [], "nothing is held for nothing"
    assert (await ana.post(f"{path}/renew", {})).problem == "illegal_move"
    assert (await ana.put(f"{path}/draft", {"answer": {"labels": ["problem"]}, "revision": 0})).status == 200
    assert (await ana.post(f"{path}/submit", {"answer": {"labels": ["problem"]}})).problem == "late_submit"
    kept = await answers_of(yard, task["id"])
    assert [(answer["kind"], answer["data"]["labels"]) for answer in kept] == [("late_draft", ["problem"])]
    told = (await yard.owner.get(f"/tasks/{task['id']}/timeline")).json["items"]
    assert [fact["name"] for fact in told].count("reservation.expired") == 1
