"""Fields of the input in the rows of the task list: only those asked for, short, and only of projects in view."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import CLASSIFY_FLOW, Person, Yard

FLOW = """
input:
  type: object
  required: [text]
  properties:
    text: {type: string}
    total: {type: number}
    paid: {type: boolean}
    lines: {type: array, items: {type: string}}
steps:
  - {id: label, use: classify, by: people, with: {text: "{{ input.text }}", labels: [question, problem]}}
"""
GIVEN = {"text": "Tea " * 100, "total": 12.5, "paid": False, "lines": ["cup", "lid"]}


async def rows(who: Person, **asked: Any) -> list[dict[str, Any]]:
    said = await who.get("/tasks", params=asked)
    assert said.status == 200, said.json
    items: list[dict[str, Any]] = said.json["items"]
    return items


async def test_a_row_has_the_fields_that_were_asked_for_and_no_others(yard: Yard) -> None:
    project = await yard.project(FLOW)
    await yard.task(project, GIVEN)
    await yard.task(project, {"text": "Less"})
    full, less = await rows(yard.owner, sort="id", fields=["input.total", "input.text", "input.paid", "input.lines"])
    cut = GIVEN["text"][:200]  # type: ignore[index]
    assert full["fields"] == {
        "input.total": 12.5,
        "input.text": cut,
        "input.paid": False,
        "input.lines": '["cup", "lid"]',
    }
    assert less["fields"] == {"input.total": None, "input.text": "Less", "input.paid": None, "input.lines": None}
    assert "fields" not in (await rows(yard.owner))[0]


async def test_fields_come_along_in_every_order_and_on_every_page(yard: Yard) -> None:
    project = await yard.project(FLOW)
    for total in (3, 1, 2):
        await yard.task(project, {"text": "Tea", "total": total})
    asked = {"project": project, "sort": "input.total", "fields": "input.total", "limit": 2}
    first = (await yard.owner.get("/tasks", params=asked)).json
    second = (await yard.owner.get("/tasks", params={**asked, "cursor": first["next"]})).json
    assert [row["fields"]["input.total"] for row in [*first["items"], *second["items"]]] == [1, 2, 3]


async def test_several_projects_lend_their_fields_to_one_list(yard: Yard) -> None:
    one, other = await yard.project(FLOW), await yard.project(CLASSIFY_FLOW)
    await yard.task(one, GIVEN)
    await yard.task(other, {"text": "Hello"})
    assert {row["fields"]["input.total"] for row in await rows(yard.owner, fields="input.total")} == {12.5, None}
    refused = await yard.owner.get("/tasks", params={"project": other, "fields": "input.total"})
    assert (refused.status, refused.problem) == (400, "field_unknown")


@pytest.mark.parametrize("name", ["input.weight", "total", "input.", "password", "input.total'; DROP TABLE tasks"])
async def test_a_field_that_no_project_declares_is_refused(yard: Yard, name: str) -> None:
    project = await yard.project(FLOW)
    for asked in ({}, {"project": project}):
        said = await yard.owner.get("/tasks", params={"fields": ["input.total", name], **asked})
        assert (said.status, said.problem) == (400, "field_unknown")


async def test_too_many_fields_are_refused(yard: Yard) -> None:
    said = await yard.owner.get("/tasks", params={"fields": [f"input.f{n}" for n in range(21)]})
    assert (said.status, said.problem) == (422, "body_invalid")


async def test_what_is_not_shared_with_clients_lends_them_no_field(yard: Yard) -> None:
    shared, kept = await yard.project(FLOW, shared_with_clients=True), await yard.project(CLASSIFY_FLOW)
    await yard.task(shared, GIVEN)
    client = await yard.person("client")
    assert [row["fields"] for row in await rows(client, fields="input.total")] == [{"input.total": 12.5}]
    hidden = await client.get("/tasks", params={"project": kept, "fields": "input.text"})
    assert (hidden.status, hidden.problem) == (400, "field_unknown")
