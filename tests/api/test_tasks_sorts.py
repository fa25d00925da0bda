"""The list of tasks sorted by every column and by every field of the input, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from taskyard.views.task_orders import SORTS
from tests.builders import Person, Yard

FLOW = """
input:
  type: object
  properties:
    text: {type: string, x-kind: text}
    amount: {type: [number, "null"]}
    paid: {type: boolean}
steps:
  - {id: label, use: classify, by: people, with: {text: "{{ input.text }}", labels: [question, problem]}}
output: {label: "{{ label.labels[0] }}"}
"""


async def a_desk(yard: Yard) -> str:
    """Make tasks that differ in every column, some of them empty, some alike."""
    project = await yard.project(FLOW, name="Zebra")
    other = await yard.project(FLOW, name="apples")
    for number, amount in enumerate([10, 9.5, None, 100, 9.5]):
        given: dict[str, Any] = {"text": f"Text {number % 3}", "paid": number % 2 == 0}
        more: dict[str, Any] = {"external_id": f"x{number % 4}{number}"} if number % 3 else {}
        await yard.task(
            project, given | {"amount": amount}, priority=number % 2, batch="b" if number == 1 else None, **more
        )
    await yard.task(other, {"text": "Another"})
    ana, ben = await yard.person(name="Ana"), await yard.person(name="ben")
    await yard.answer(ana, {"labels": ["question"]}, project)
    for who in (ben, ana):
        await who.post("/next", {"project": project})
    return project


async def whole(who: Person, **asked: Any) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = (await who.get("/tasks", params=asked)).json["items"]
    return said


async def by_twos(who: Person, **asked: Any) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = (await who.get("/tasks", params={**asked, "limit": 2, **({"cursor": cursor} if cursor else {})})).json
        found += [task["id"] for task in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found


@pytest.mark.parametrize("way", ["", "-"])
@pytest.mark.parametrize("name", [*SORTS, "input.text", "input.amount", "input.paid"])
async def test_pages_follow_one_another_in_every_order(yard: Yard, name: str, way: str) -> None:
    project = await a_desk(yard)
    asked = {"sort": f"{way}{name}"} | ({"project": project} if name.startswith("input.") else {})
    rows = await whole(yard.owner, **asked)
    assert await by_twos(yard.owner, **asked) == [task["id"] for task in rows]
    assert len(rows) == (5 if "project" in asked else 6)
    shown = [value_of(task, name) for task in rows]
    there = [value for value in shown if value is not None]
    if name != "last_submitted_at":  # what nobody has answered yet is older than everything
        assert shown == there + [None] * (len(shown) - len(there)), "what is empty comes last, whichever way"
    assert there == sorted(there, reverse=way == "-")


def value_of(task: dict[str, Any], name: str) -> Any:
    if name.startswith("input."):
        # The preview is all of the input that a row shows.
        text, paid, *amount = task["preview"].split(" · ")
        return {"input.text": text, "input.paid": paid, "input.amount": float(amount[0]) if amount else None}[name]
    if name == "step":
        return next(iter(task["steps"]), None)
    value = task[name]
    if name == "status":
        return ["queued", "in_progress", "completed"].index(value)
    if name in {"project", "reserved_by"}:
        return value and value["name"].lower()
    return value


async def test_a_field_of_the_input_needs_its_project(yard: Yard) -> None:
    project, other = await a_desk(yard), await yard.project()
    for asked in ({}, {"project": [project, other]}):
        said = await yard.owner.get("/tasks", params={"sort": "input.amount", **asked})
        assert (said.status, said.problem) == (400, "one_project_needed")


@pytest.mark.parametrize("sort", ["input.weight", "input.", "password", "created_by", "-", "id; DROP TABLE tasks"])
async def test_what_is_not_on_the_list_is_no_order(yard: Yard, sort: str) -> None:
    said = await yard.owner.get("/tasks", params={"sort": sort, "project": await a_desk(yard)})
    assert (said.status, said.problem) == (400, "field_unknown")


@pytest.mark.parametrize("name", ["reserved_by", "seconds", "cost"])
async def test_an_order_that_is_not_for_everybody_is_refused_like_one_that_is_not_there(yard: Yard, name: str) -> None:
    client = await yard.person("client")
    forbidden = await client.get("/tasks", params={"sort": name})
    unknown = await client.get("/tasks", params={"sort": "pasword"})
    assert (forbidden.status, forbidden.problem) == (unknown.status, unknown.problem) == (400, "field_unknown")
    assert forbidden.refusal["detail"].replace(name, "pasword") == unknown.refusal["detail"]


async def test_a_project_that_was_never_published_has_no_fields_to_sort_by(yard: Yard) -> None:
    project = (await yard.owner.post("/projects", {"name": "New"})).json["id"]
    said = await yard.owner.get("/tasks", params={"sort": "input.text", "project": project})
    assert (said.status, said.problem) == (400, "field_unknown")
