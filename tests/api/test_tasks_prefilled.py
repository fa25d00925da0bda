"""Answers that tasks bring along when the API creates them: checked, shown, exported, archived, and deleted with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.builders import PICTURE_FLOW, Yard, a_picture
from tests.builders.archives import archived, hashes, restored, rows_left

FLOW = """
input: {type: object, required: [text], properties: {text: {type: string}}}
steps:
  - {id: guess, use: classify, by: local/labels, with: {text: "{{ input.text }}", labels: [question, problem]}}
  - id: label
    use: classify
    by: [people, agents]
    with: {text: "{{ input.text }}", labels: [question, problem], prefill: "{{ guess }}"}
  - id: first
    use: classify
    by: people
    with: {text: "{{ input.text }}", labels: [question, problem], prefill: "{{ input.text }}"}
"""
PROBLEM = {"labels": ["problem"]}


async def task(yard: Yard, project: str, **answers: Any) -> str:
    made = await yard.task(project, {"text": "question"}, answers=answers)
    return str(made["id"])


async def test_a_created_task_brings_its_answers_along(yard: Yard) -> None:
    project = await yard.project(FLOW)
    made = await task(yard, project, first=PROBLEM)
    page = (await yard.owner.get(f"/tasks/{made}")).json
    assert (page["prefills"], page["prefilled_by"]) == ({"first": PROBLEM}, "creation")
    ana = await yard.person()
    said = (await ana.post("/next", {"project": project})).json["step_run"]
    assert (said["step"], said["prefill"]) == ("first", PROBLEM)
    # Of other steps, annotators see no more than of answers.
    seen = (await ana.get(f"/tasks/{made}")).json
    assert (seen["prefills"], seen["prefilled_by"]) == ({}, None)
    assert said["prefill_from"] == {"kind": "creation", "step": None, "by": None}


async def test_without_one_the_flow_has_its_own_and_says_from_where(yard: Yard) -> None:
    project = await yard.project(FLOW)
    await task(yard, project)
    said = (await (await yard.person()).post("/next", {"project": project})).json["step_run"]
    assert (said["prefill"], said["prefill_from"]) == (
        {"labels": ["question"]}, {"kind": "input", "step": None, "by": None},
    )  # fmt: skip


@pytest.mark.parametrize(("answers", "place", "says"), [
    ({"first": {"labels": ["other"]}}, "answers.first.labels[0]", "question"),
    ({"first": {}}, "answers.first.labels", "missing"),
    ({"frist": PROBLEM}, "answers.frist", "there is no step frist"),
    ({"guess": PROBLEM}, "answers.guess", "only a step done by people is prefilled"),
])  # fmt: skip
async def test_an_answer_that_does_not_fit_refuses_all_tasks(
    yard: Yard, answers: dict[str, Any], place: str, says: str
) -> None:
    project = await yard.project(FLOW)
    good = {"project": project, "input": {"text": "a"}, "answers": {"first": PROBLEM}}
    refused = (await yard.owner.post("/tasks", {"tasks": [good, {**good, "answers": answers}]})).refusal
    assert (refused["code"], refused["errors"][0]["place"]) == ("prefill_invalid", f"tasks[1].{place}")
    assert says in refused["errors"][0]["says"]
    alone = (await yard.owner.post("/tasks", {**good, "answers": answers})).refusal
    assert alone["errors"][0]["place"] == place
    assert (await yard.owner.get("/tasks")).json["total"] == 0
    assert await yard.sql("SELECT 1 FROM task_prefills") == []


async def test_regions_are_held_against_their_picture(yard: Yard) -> None:
    project, photo = await yard.project(PICTURE_FLOW), await yard.file(a_picture())
    box = {"shape": "rectangle", "label": "item", "box": [0, 0, 5000, 10]}
    body = {"project": project, "input": {"photo": photo}, "answers": {"label": {"regions": [box]}}}
    refused = (await yard.owner.post("/tasks", body)).refusal
    assert [error["place"] for error in refused["errors"]] == ["answers.label.regions[0]"]
    body["answers"] = {"label": {"regions": [{**box, "box": [0, 0, 9, 9]}]}}
    made = (await yard.owner.post("/tasks", body)).json
    (kept,) = (await yard.owner.get(f"/tasks/{made['id']}")).json["prefills"]["label"]["regions"]
    assert (kept["box"], bool(kept["id"])) == ([0, 0, 9, 9], True)


async def test_an_export_of_all_answers_has_what_was_brought(yard: Yard) -> None:
    project = await yard.project(FLOW)
    await task(yard, project, first=PROBLEM)
    await task(yard, project)
    for answers, wanted in (("all", [{"first": PROBLEM}, {}]), ("final", [None, None])):
        said = await yard.owner.get("/tasks/export", params={"format": "jsonl", "answers": answers})
        assert [json.loads(line).get("prefills") for line in said.response.text.splitlines()] == wanted


async def test_an_archive_takes_them_and_gives_them_back(yard: Yard) -> None:
    project = await yard.project(FLOW)
    made = [await task(yard, project, first=PROBLEM, label=PROBLEM), await task(yard, project)]
    for one in made:
        assert (await yard.owner.post(f"/tasks/{one}/cancel")).status == 200
    before = await hashes(yard, made)
    archive = await archived(yard, made)
    assert (await rows_left(yard, made))["task_prefills"] == 0
    await restored(yard, archive)
    assert await hashes(yard, made) == before
    page = (await yard.owner.get(f"/tasks/{made[0]}")).json
    assert page["prefills"] == {"first": PROBLEM, "label": PROBLEM}


async def test_they_are_deleted_with_their_task(yard: Yard) -> None:
    project = await yard.project(FLOW)
    gone, stays = await task(yard, project, first=PROBLEM), await task(yard, project, first=PROBLEM)
    assert (await yard.owner.delete(f"/tasks/{gone}")).status == 204
    assert [str(row.task_id) for row in await yard.sql("SELECT task_id FROM task_prefills")] == [stays]
