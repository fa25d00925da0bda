"""Tasks with their answers, out of the yard."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import ExitStack
from typing import Any

import pytest

from taskyard.access import Actor
from taskyard.domain.exports.composing import Composition
from taskyard.domain.exports.routes import tools_of
from taskyard.domain.exports.rules import ExportFormat
from taskyard.domain.exports.stream import pieces
from taskyard.domain.exports.wanted import Wanted
from taskyard.domain.tasks import TaskFilter
from taskyard.kit.places import AllTaken, Places
from tests.builders import Person, Yard

ODD = {"text": 'Quotes ", backslash \\, tab \t, line\nfeed, carriage\rreturn, \u2028, \x01\x02, 漢字 🙂'}


async def _lines(who: Person, **asked: Any) -> list[dict[str, Any]]:
    said = await who.get("/tasks/export", params=asked)
    assert said.status == 200, said.response.text
    return [json.loads(line) for line in said.response.text.split("\n") if line]


def stream_of(yard: Yard, form: ExportFormat) -> AsyncGenerator[bytes]:
    actor = Actor.system(yard.workspace_id)
    return pieces(
        yard.desk.exporting, actor, Composition(tools_of(yard.desk), actor, Wanted(form, TaskFilter()), {}, {})
    )


async def test_a_line_has_the_input_the_answers_and_who_gave_them(yard: Yard) -> None:
    project = await yard.project()
    await yard.task(project, ODD, external_id="m-1", batch="may", priority=-2, metadata={"n": 2**70})
    ana = await yard.person(name="Ana")
    given = await yard.answer(ana, {"labels": ["praise"]})
    (line,) = await _lines(yard.owner)
    assert (line["external_id"], line["batch"], line["priority"], line["status"]) == ("m-1", "may", -2, "completed")
    assert (line["input"], line["metadata"], line["output"]) == (ODD, {"n": 2**70}, {"label": "praise"})
    (answer,) = line["answers"]
    assert answer["by"] == {"kind": "member", "id": ana.member_id, "name": "Ana"}
    assert (answer["id"], answer["data"], answer["step"]) == (given["answer"]["id"], {"labels": ["praise"]}, "label")


async def test_a_json_list_holds_the_same_tasks_as_the_lines(yard: Yard) -> None:
    project = await yard.project()
    for number in range(5):
        await yard.task(project, {"text": str(number)})
    whole = (await yard.owner.get("/tasks/export", params={"format": "json"})).json
    assert whole == await _lines(yard.owner)
    assert [task["input"]["text"] for task in whole] == ["0", "1", "2", "3", "4"]


async def test_nothing_to_export_is_an_empty_list(yard: Yard) -> None:
    assert (await yard.owner.get("/tasks/export", params={"format": "json"})).json == []
    assert await _lines(yard.owner) == []


async def test_filters_narrow_an_export(yard: Yard) -> None:
    messages, notes = await yard.project(), await yard.project(name="Notes")
    first = await yard.task(messages, batch="may")
    await yard.task(messages, batch="june")
    other = await yard.task(notes, batch="may")
    filters: dict[str, dict[str, Any]] = {
        "project": {"project": notes},
        "both": {"project": messages, "batch": "may"},
        "ids": {"ids": [other["id"]]},
        "step": {"step": "label", "status": "queued", "batch": "may"},
        "none": {"status": "failed"},
    }
    ids = {name: [task["id"] for task in await _lines(yard.owner, **asked)] for name, asked in filters.items()}
    assert ids == {
        "project": [other["id"]],
        "both": [first["id"]],
        "ids": [other["id"]],
        "step": [first["id"], other["id"]],
        "none": [],
    }


@pytest.mark.parametrize(
    "asked",
    [{"q": "Crate 50% off"}, {"q": "a_b"}, {"q": "ORDER"}, {"q": "50%"}, {"q": "nothing has this"}, {"mine": "true"},
     {"status": ["queued", "completed"]}, {"batch": "may", "q": "order"}, {"q": "\\"}, {"mine": "true", "q": "a_b"}],
)  # fmt: skip
async def test_an_export_holds_the_tasks_that_the_list_shows(yard: Yard, asked: dict[str, Any]) -> None:
    project = await yard.project()
    manager = await yard.person("manager")
    for text in ("Crate 50% off", "Crate 500 off", "a_b", "axb", "Where is my order?"):
        await yard.task(project, {"text": text}, batch="may")
        await manager.post("/tasks", {"project": project, "input": {"text": text}, "external_id": f"order {text}"})
    shown = (await manager.get("/tasks", params={**asked, "sort": "created_at"})).json
    assert [task["id"] for task in await _lines(manager, **asked)] == [task["id"] for task in shown["items"]]
    assert shown["total"] < 10 or "status" in asked, "the filter narrows"


async def test_an_export_finds_a_task_by_a_part_of_its_id(yard: Yard) -> None:
    project = await yard.project()
    wanted, _ = await yard.task(project), await yard.task(project)
    part = wanted["id"][-12:].upper()
    assert [task["id"] for task in await _lines(yard.owner, q=part)] == [wanted["id"]]


async def test_a_filter_that_an_export_does_not_know_is_named_and_refused(yard: Yard) -> None:
    await yard.task(await yard.project())
    for unknown in ("priorty", "cursor"):
        said = await yard.owner.get("/tasks/export", params={"q": "order", unknown: "1"})
        assert (said.status, said.problem) == (400, "field_unknown")
        assert [error["place"] for error in said.refusal["errors"]] == [unknown]
    assert (await yard.owner.get("/tasks/export", params={"q": "order"})).status == 200


async def test_a_project_that_is_not_there_is_refused_before_the_stream(yard: Yard, other_yard: Yard) -> None:
    theirs = await other_yard.project()
    assert (await yard.owner.get("/tasks/export", params={"project": theirs})).problem == "no_such_project"
    assert (await yard.owner.get("/tasks/export", params={"format": "xml"})).problem == "body_invalid"


async def test_another_tenants_tasks_never_leave(yard: Yard, other_yard: Yard) -> None:
    theirs = await other_yard.task(await other_yard.project())
    mine = await yard.task(await yard.project())
    assert [task["id"] for task in await _lines(yard.owner)] == [mine["id"]]
    said = await yard.owner.get("/tasks/export", params={"ids": [theirs["id"]]})
    assert (said.status, said.problem) == (422, "no_tasks_there")


async def test_clients_export_what_is_shared_and_annotators_nothing(yard: Yard) -> None:
    shared = await yard.task(await yard.project(shared_with_clients=True))
    await yard.task(await yard.project(name="Inside"))
    client, annotator = await yard.person("client"), await yard.person("annotator")
    assert [task["id"] for task in await _lines(client)] == [shared["id"]]
    assert (await annotator.get("/tasks/export")).problem == "not_allowed"


async def test_an_export_is_one_moment_in_time(yard: Yard) -> None:
    project = await yard.project()
    text = "x" * 3000
    for _ in range(2):
        body = {"tasks": [{"project": project, "input": {"text": text}} for _ in range(250)]}
        await yard.owner.post("/tasks", body)
    found = stream_of(yard, ExportFormat.JSONL)
    first = await anext(found)
    await yard.task(project, {"text": "came later"})
    rest = b"".join([piece async for piece in found])
    assert (first + rest).count(b"\n") == 500
    assert b"came later" not in rest


async def test_whoever_leaves_half_way_leaves_no_transaction_behind(yard: Yard) -> None:
    project = await yard.project()
    body = {"tasks": [{"project": project, "input": {"text": "x" * 3000}} for _ in range(100)]}
    await yard.owner.post("/tasks", body)
    before = yard.desk.database.engine.pool.checkedout()  # type: ignore[attr-defined]
    found = stream_of(yard, ExportFormat.JSON)
    assert (await anext(found)).startswith(b"[{")
    await found.aclose()
    assert yard.desk.database.engine.pool.checkedout() == before  # type: ignore[attr-defined]
    assert len(await _lines(yard.owner)) == 100


async def test_more_streams_than_a_workspace_may_have_are_refused_and_a_place_is_free_again(
    yard: Yard, other_yard: Yard
) -> None:
    project = await yard.project()
    await yard.owner.post(
        "/tasks", {"tasks": [{"project": project, "input": {"text": "x" * 3000}} for _ in range(100)]}
    )
    running = [stream_of(yard, ExportFormat.JSONL) for _ in range(yard.desk.settings.exports_at_once)]
    for each in running:
        await anext(each)
    refused = await yard.owner.get("/tasks/export")
    assert (refused.status, refused.problem, refused.headers["retry-after"]) == (429, "all_taken", "5")
    assert (await other_yard.owner.get("/tasks/export")).status == 200
    await running.pop().aclose()
    assert len(await _lines(yard.owner)) == 100
    for each in running:
        assert len(b"".join([piece async for piece in each])) > 0
    assert len(await _lines(yard.owner)) == 100


async def test_a_check_says_whether_an_export_could_begin_and_leaves_its_place_free(yard: Yard) -> None:
    await yard.task(await yard.project())
    for _ in range(3):
        said = await yard.owner.get("/tasks/export", params={"check": True, "format": "csv"})
        assert (said.status, said.response.content) == (204, b"")
    refused = await yard.owner.get("/tasks/export", params={"check": True, "project": str(yard.workspace_id)})
    assert (refused.status, refused.problem) == (404, "no_such_project")
    with ExitStack() as held:
        for _ in range(yard.desk.settings.exports_at_once):
            held.enter_context(yard.desk.exporting.one(yard.workspace_id))
        busy = await yard.owner.get("/tasks/export", params={"check": True})
        assert (busy.status, busy.problem, busy.headers["retry-after"]) == (429, "all_taken", "5")
    assert (await yard.owner.get("/tasks/export", params={"check": True})).status == 204


def test_places_are_few_for_each_and_for_all_together() -> None:
    places = Places(for_each=2, in_all=3)
    with ExitStack() as held:
        for name in ("one", "one", "other"):
            held.enter_context(places.one(name))
        for name, taken in (("one", 3), ("third", 3)):
            with pytest.raises(AllTaken, match=f"{taken} of these"):
                held.enter_context(places.one(name))
    with places.one("third"):
        pass
