"""What an export is refused for before it is begun, and what it says of tasks that are not there."""

from __future__ import annotations

from typing import Any

import pytest

from taskyard.kit.settings import Settings
from tests.api.test_export_records import lines, made, manifest
from tests.builders import PICTURE_FLOW, TWO_STEP_FLOW, Person, Said, Yard
from tests.builders.archives import archived


async def asked(who: Person, how: str, filters: dict[str, Any], **more: Any) -> Said:
    if how == "background":
        return await who.post("/exports", {"selection": {"filter": filters}, **more})
    return await who.get("/tasks/export", params={**filters, **more, **({"check": "true"} if how == "check" else {})})


WAYS = ["stream", "check", "background"]
OK = {"stream": 200, "check": 204, "background": 202}


@pytest.mark.parametrize("how", WAYS)
async def test_a_step_that_no_project_of_the_selection_has_is_refused_with_those_there_are(
    yard: Yard, how: str
) -> None:
    one, other = await yard.project(), await yard.project(TWO_STEP_FLOW)
    await yard.task(one)
    step = {"answers": "step", "answers_of": "details"}
    for filters, ok in (({}, True), ({"project": [other]}, True), ({"project": [one]}, False)):
        said = await asked(yard.owner, how, filters, **step)
        assert said.status == (OK[how] if ok else 422), said.response.text
    (flaw,) = said.refusal["errors"]
    assert (said.problem, flaw["place"], flaw["mend"]) == (
        "no_such_step",
        "answers_of",
        "The steps there are: `label`.",
    )
    near = (await asked(yard.owner, how, {"project": [one, other]}, answers_of="detials")).refusal["errors"][0]["mend"]
    assert near == "Did you mean `details`? The steps there are: `details` and `label`."


async def test_of_named_tasks_the_steps_of_their_projects_count(yard: Yard) -> None:
    task = await yard.task(await yard.project())
    other = await yard.task(await yard.project(TWO_STEP_FLOW))
    for chosen, status in ((task, 422), (other, 202)):
        body = {"selection": {"ids": [chosen["id"]]}, "answers": "step", "answers_of": "details"}
        assert (await yard.owner.post("/exports", body)).status == status


async def test_a_client_is_not_told_of_steps_that_are_not_shared(yard: Yard) -> None:
    await yard.project(shared_with_clients=True)
    await yard.project(TWO_STEP_FLOW)
    client = await yard.person("client")
    said = await asked(client, "check", {}, answers_of="details")
    assert said.refusal["errors"][0]["mend"] == "The steps there are: `label`."
    assert (await asked(yard.owner, "check", {}, answers_of="details")).status == 204


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("form", ["coco", "yolo"])
async def test_regions_are_refused_where_no_step_draws_any(yard: Yard, how: str, form: str) -> None:
    texts, pictures = await yard.project(), await yard.project(PICTURE_FLOW)
    for filters, ok in (({}, True), ({"project": [pictures]}, True), ({"project": [texts]}, False)):
        said = await asked(yard.owner, how, filters, format=form)
        assert said.status == (OK[how] if ok else 422), said.response.text
    (flaw,) = said.refusal["errors"]
    assert (said.problem, flaw["place"]) == ("nothing_annotated", "format")
    assert "Take `csv` or `jsonl`" in flaw["mend"]
    said = await asked(yard.owner, how, {}, format=form, answers_of="label")
    assert said.status == OK[how], "label annotates in one of them"


async def test_regions_of_a_step_that_draws_none_are_refused(yard: Yard) -> None:
    flow = PICTURE_FLOW.replace("output:", """  - id: kind
    use: classify
    by: people
    with: {text: x, labels: [a, b]}
output:""")  # fmt: skip
    project = await yard.project(flow)
    said = await asked(yard.owner, "check", {"project": [project]}, format="coco", answers_of="kind")
    assert (said.status, said.problem) == (422, "step_draws_nothing")
    assert said.refusal["errors"][0]["mend"] == "The steps that annotate: `find` and `label`."
    assert (await asked(yard.owner, "check", {}, format="coco", answers_of="label")).status == 204


# --- tasks that were named


async def test_named_tasks_that_are_not_there_are_counted(yard: Yard, settings: Settings, other_yard: Yard) -> None:
    project = await yard.project()
    kept, deleted, away = [await yard.task(project) for _ in range(3)]
    theirs = await other_yard.task(await other_yard.project())
    assert (await yard.owner.delete(f"/tasks/{deleted['id']}")).status == 204
    await archived(yard, [away["id"]])
    ids = [kept["id"], deleted["id"], away["id"], theirs["id"]]
    done = await made(yard, settings, selection={"ids": ids})
    counts = {"not found: deleted, archived or never here": 3}
    assert (done["tasks"], done["left_out"]) == (1, counts)
    assert [line["id"] for line in await lines(yard.owner, done)] == [kept["id"]]
    assert (await manifest(yard, done))["counts"]["left_out"] == counts
    streamed = await yard.owner.get("/tasks/export", params={"ids": ids})
    assert streamed.headers["taskyard-not-found"] == "3"
    whole = await yard.owner.get("/tasks/export", params={"ids": [kept["id"]]})
    assert "taskyard-not-found" not in whole.headers


async def test_a_named_task_that_the_filter_keeps_out_is_there_all_the_same(yard: Yard, settings: Settings) -> None:
    task = await yard.task(await yard.project(), batch="may")
    done = await made(yard, settings, selection={"filter": {"ids": [task["id"]], "batch": "june"}})
    assert (done["tasks"], done["left_out"]) == (0, {})


@pytest.mark.parametrize("how", WAYS)
async def test_where_none_of_the_named_tasks_is_there_it_is_refused_and_the_archive_named(yard: Yard, how: str) -> None:
    task = await yard.task(await yard.project(shared_with_clients=True))
    client = await yard.person("client")
    filters = {"ids": [task["id"]]}
    assert (await asked(yard.owner, how, filters)).status == OK[how]
    archive = await archived(yard, [task["id"]])
    said = await asked(yard.owner, how, filters)
    assert (said.status, said.problem) == (422, "no_tasks_there")
    assert said.refusal["detail"] == "None of the named tasks can be exported: they are in an archive."
    assert archive["name"] in said.refusal["errors"][0]["mend"]
    said = await asked(client, how, filters)
    assert said.problem == "no_tasks_there"
    assert archive["name"] not in said.response.text
